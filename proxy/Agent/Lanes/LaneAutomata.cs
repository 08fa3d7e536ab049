using System.Security.Cryptography;
using System.Text;
using Jumpgate.Bpf;
using Jumpgate.Policy.Http;
using Jumpgate.Policy.Snapshots;
using Jumpgate.Sockmap.Lanes;

namespace Jumpgate.Agent.Lanes;

/// <summary>
/// The automata in the kernel's memory, one for each pair of rule sets in use, compiled in the background when first
/// asked for; equal tables share their place, also across revisions. Thread-safe.
/// </summary>
internal sealed class LaneAutomata
{
    private static readonly TimeSpan GracePeriod = TimeSpan.FromSeconds(2);

    private readonly AutomatonArena _arena;
    private readonly LaneRuleCounters _counters;
    private readonly Func<ConnectionPolicy, AutomatonTable> _compile;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Region> _regions = [];
    private readonly List<uint> _spent = [];
    private Dictionary<(HttpRuleSet?, HttpRuleSet?, bool), LaneAutomaton> _current = [];
    private ulong _revision;
    private long _retired;
    private Task _compiling = Task.CompletedTask;
    private int _pending;

    public LaneAutomata(
        LaneDatapath datapath, byte[] responses, Func<ConnectionPolicy, AutomatonTable> compile, TimeProvider time)
    {
        _arena = new AutomatonArena(datapath);
        _counters = new LaneRuleCounters(datapath);
        _compile = compile;
        _time = time;
        Responses = _arena.Add(responses, null);
    }

    /// <summary>An automaton that was asked for is there now.</summary>
    public event Action? Compiled;

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

    /// <summary>Requests that rules decided, by policy and class of the response's status.</summary>
    public IReadOnlyDictionary<(string Policy, int StatusClass), long> Requests
    {
        get
        {
            lock (_gate)
            {
                return _counters.Read();
            }
        }
    }

    /// <summary>The rule sets in use, and what became of them.</summary>
    public IReadOnlyList<(string Policies, LaneAutomaton Automaton)> List()
    {
        lock (_gate)
        {
            return [.. _current.Select(c => (Describe(c.Key.Item1, c.Key.Item2), c.Value))];
        }
    }

    /// <summary>The rule at an index that the kernel told.</summary>
    public RuleReference? RuleAt(uint index)
    {
        lock (_gate)
        {
            return _counters.RuleAt(index);
        }
    }

    /// <summary>A new revision is in force: rule sets are asked for anew.</summary>
    public void Begin(ulong revision)
    {
        lock (_gate)
        {
            _revision = revision;
            _current = [];
            _pending = 0;
        }
    }

    /// <summary>
    /// No lane refers to another revision's automata any more: those that none asked for are given back.
    /// </summary>
    public void End()
    {
        lock (_gate)
        {
            // Not while something is being compiled: it may turn out to be what is there already.
            if (_pending == 0)
            {
                RetireUnused();
            }
        }
    }

    /// <summary>
    /// The automaton for a policy; offset 0 and a reason where the kernel cannot decide any of its requests.
    /// </summary>
    public LaneAutomaton Find(ConnectionPolicy policy)
    {
        var key = (policy.Egress.Http, policy.Ingress.Http, policy.Egress.Audit || policy.Ingress.Audit
            || policy.HasKafkaRules || policy.IsDropped);
        lock (_gate)
        {
            if (policy.Revision != _revision)
            {
                return new LaneAutomaton(0, "the policy has just changed", IsFinal: false);
            }

            if (!_current.TryGetValue(key, out var found))
            {
                found = new LaneAutomaton(0, "it is being compiled", IsFinal: false);
                _current.Add(key, found);
                _pending++;
                _compiling = _compiling.ContinueWith(_ => Compile(key, policy), TaskScheduler.Default);
            }

            return found;
        }
    }

    /// <summary>One at a time: the requests that wait for it are being served meanwhile.</summary>
    private void Compile((HttpRuleSet?, HttpRuleSet?, bool) key, ConnectionPolicy policy)
    {
        AutomatonTable table;
        try
        {
            if (policy.Revision != Volatile.Read(ref _revision))
            {
                return;
            }

            table = _compile(policy);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            table = new AutomatonTable(null, $"it cannot be compiled: {e.Message}", []);
        }

        if (!TryPlace(key, policy, table, isLastTry: false))
        {
            // What an earlier revision left behind makes room once no program can be reading it any more.
            Thread.Sleep(GracePeriod * 2);
            TryPlace(key, policy, table, isLastTry: true);
        }

        Compiled?.Invoke();
    }

    private bool TryPlace(
        (HttpRuleSet?, HttpRuleSet?, bool) key, ConnectionPolicy policy, AutomatonTable table, bool isLastTry)
    {
        lock (_gate)
        {
            if (policy.Revision != _revision)
            {
                return true;
            }

            var placed = Place(table);
            if (placed.Offset == 0 && table.Bytes is not null && !isLastTry)
            {
                RetireUnused();
                return false;
            }

            _current[key] = placed;
            if (--_pending == 0)
            {
                RetireUnused();
            }

            return true;
        }
    }

    private void RetireUnused()
    {
        foreach (var (key, region) in _regions.Where(r => r.Value.Revision != _revision).ToList())
        {
            _regions.Remove(key);
            _arena.Retire(region.Offset, region.Length);
            _spent.Add(region.Counters);
            _retired = _time.GetTimestamp();
        }
    }

    private LaneAutomaton Place(AutomatonTable table)
    {
        if (table.Bytes is null)
        {
            return new LaneAutomaton(0, table.Reason);
        }

        if (_time.GetElapsedTime(_retired) > GracePeriod)
        {
            _arena.Reclaim();
            _spent.ForEach(_counters.Remove);
            _spent.Clear();
        }

        var names = string.Join('\n', table.Rules.Select(rule => rule?.ToString()));
        var key = Convert.ToHexString(SHA256.HashData([.. table.Bytes, .. Encoding.UTF8.GetBytes(names)]));
        if (!_regions.TryGetValue(key, out var region))
        {
            var counters = _counters.Add(table.Rules);
            var offset = _arena.Add(table.Bytes, counters);
            if (offset == 0)
            {
                if (counters is { } unused)
                {
                    _counters.Remove(unused);
                }

                return new LaneAutomaton(
                    0, $"the kernel's memory for rule sets is full ({_arena.Used} bytes are in use)");
            }

            region = new Region(offset, table.Bytes.Length) { Counters = counters ?? uint.MaxValue };
        }

        _regions[key] = region with { Revision = _revision };
        return new LaneAutomaton(region.Offset, table.Reason) { Length = region.Length };
    }

    private static string Describe(HttpRuleSet? egress, HttpRuleSet? ingress) => string.Join(
        ", ",
        (egress?.Rules ?? []).Concat(ingress?.Rules ?? []).Select(rule => rule.Reference.Document.QualifiedName)
        .Distinct());

    private sealed record Region(uint Offset, int Length)
    {
        public ulong Revision { get; init; }

        /// <summary>Index of its first rule's counter.</summary>
        public uint Counters { get; init; }
    }
}
