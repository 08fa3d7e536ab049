using System.Security.Cryptography;
using Jumpgate.Policy.Http;
using Jumpgate.Policy.Snapshots;
using Jumpgate.Sockmap.Lanes;

namespace Jumpgate.Agent.Lanes;

/// <summary>
/// The automata in the kernel's memory, one for each pair of rule sets in use; equal tables share their place, also across
/// revisions. Thread-safe.
/// </summary>
internal sealed class LaneAutomata
{
    private static readonly TimeSpan GracePeriod = TimeSpan.FromSeconds(2);

    private readonly AutomatonArena _arena;
    private readonly Func<ConnectionPolicy, AutomatonTable> _compile;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Region> _regions = [];
    private Dictionary<(HttpRuleSet?, HttpRuleSet?, bool), LaneAutomaton> _current = [];
    private ulong _revision;
    private long _retired;

    public LaneAutomata(
        AutomatonArena arena, byte[] responses, Func<ConnectionPolicy, AutomatonTable> compile, TimeProvider time)
    {
        _arena = arena;
        _compile = compile;
        _time = time;
        Responses = arena.Add(responses);
    }

    /// <summary>Offset of the automaton that frames responses.</summary>
    public uint Responses { get; }

    /// <summary>Bytes of the kernel's memory in use.</summary>
    public int Used
    {
        get
        {
            lock (_gate)
            {
                return _arena.Used;
            }
        }
    }

    /// <summary>A new revision is in force: rule sets are asked for anew.</summary>
    public void Begin(ulong revision)
    {
        lock (_gate)
        {
            if (_time.GetElapsedTime(_retired) > GracePeriod)
            {
                _arena.Reclaim();
            }

            _revision = revision;
            _current = [];
        }
    }

    /// <summary>Every lane refers to this revision's automata now: those that none asked for are given back.</summary>
    public void End()
    {
        lock (_gate)
        {
            foreach (var (key, region) in _regions.Where(r => r.Value.Revision != _revision).ToList())
            {
                _regions.Remove(key);
                _arena.Retire(region.Offset, region.Length);
                _retired = _time.GetTimestamp();
            }
        }
    }

    /// <summary>The automaton for a policy; offset 0 and a reason where the kernel cannot decide any of its requests.</summary>
    public LaneAutomaton Find(ConnectionPolicy policy)
    {
        var key = (policy.Egress.Http, policy.Ingress.Http, policy.Egress.Audit || policy.Ingress.Audit);
        lock (_gate)
        {
            if (policy.Revision != _revision)
            {
                return new LaneAutomaton(0, "the policy has just changed");
            }

            if (!_current.TryGetValue(key, out var found))
            {
                found = Place(_compile(policy));
                _current.Add(key, found);
            }

            return found;
        }
    }

    private LaneAutomaton Place(AutomatonTable table)
    {
        if (table.Bytes is null)
        {
            return new LaneAutomaton(0, table.Reason);
        }

        var key = Convert.ToHexString(SHA256.HashData(table.Bytes));
        if (!_regions.TryGetValue(key, out var region))
        {
            var offset = _arena.Add(table.Bytes);
            if (offset == 0)
            {
                return new LaneAutomaton(0, $"the kernel's memory for rule sets is full ({_arena.Used} bytes are in use)");
            }

            region = new Region(offset, table.Bytes.Length);
        }

        _regions[key] = region with { Revision = _revision };
        return new LaneAutomaton(region.Offset, null);
    }

    private sealed record Region(uint Offset, int Length)
    {
        public ulong Revision { get; init; }
    }
}
