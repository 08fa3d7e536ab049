using Jumpgate.Bpf;
using Jumpgate.Policy.Snapshots;
using Jumpgate.Sockmap.Lanes;

namespace Jumpgate.Agent.Lanes;

/// <summary>Requests that the kernel decided, by rule and by class of the response's status. Not thread-safe.</summary>
internal sealed class LaneRuleCounters
{
    private readonly LaneDatapath _datapath;
    private readonly Room _room;
    private readonly Dictionary<uint, RuleReference?[]> _blocks = [];
    private readonly Dictionary<(string Policy, int StatusClass), long> _past = [];

    public LaneRuleCounters(LaneDatapath datapath)
    {
        _datapath = datapath;
        _room = new Room(0, datapath.RuleCount);
    }

    /// <summary>Index of the first rule's counter; null where there is no room, or nothing to count.</summary>
    public uint? Add(RuleReference?[] rules)
    {
        if (rules.Length == 0 || _room.Take(rules.Length) is not { } first)
        {
            return null;
        }

        for (var i = 0; i < rules.Length; i++)
        {
            _datapath.ClearRule((uint)(first + i));
        }

        _blocks.Add((uint)first, rules);
        return (uint)first;
    }

    /// <summary>Keeps the sums of rules that are not in use any more.</summary>
    public void Remove(uint first)
    {
        if (_blocks.Remove(first, out var rules))
        {
            Sum(first, rules, _past);
            _room.Give((int)first, rules.Length);
        }
    }

    /// <summary>The rule at an index; null where it is unknown.</summary>
    public RuleReference? RuleAt(uint index) => _blocks
        .Where(block => index >= block.Key && index - block.Key < block.Value.Length)
        .Select(block => block.Value[index - block.Key]).FirstOrDefault();

    /// <summary>All there were so far.</summary>
    public IReadOnlyDictionary<(string Policy, int StatusClass), long> Read()
    {
        var sums = new Dictionary<(string, int), long>(_past);
        foreach (var (first, rules) in _blocks)
        {
            Sum(first, rules, sums);
        }

        return sums;
    }

    private void Sum(uint first, RuleReference?[] rules, Dictionary<(string Policy, int StatusClass), long> sums)
    {
        for (var i = 0; i < rules.Length; i++)
        {
            var byStatus = _datapath.ReadRule((uint)(first + i));
            for (var status = 1; status < byStatus.Length; status++)
            {
                if (byStatus[status] > 0)
                {
                    var key = (rules[i]?.Document.QualifiedName ?? "none", status);
                    sums[key] = sums.GetValueOrDefault(key) + (long)byStatus[status];
                }
            }
        }
    }
}
