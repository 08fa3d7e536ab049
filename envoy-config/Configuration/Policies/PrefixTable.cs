using System.Collections.Immutable;
using Jumpgate.Policy.Identities;
using Jumpgate.Policy.Snapshots;

namespace Jumpgate.EnvoyConfig.Policies;

/// <summary>
/// The longest-prefix table of a snapshot as nested prefixes. Envoy knows addresses, not identities: peers become regions of
/// this table, and stay apart exactly as the kernel's look-up keeps them apart.
/// </summary>
internal sealed class PrefixTable
{
    private readonly IpCacheEntry[] _entries;
    private readonly int[] _parents;

    public PrefixTable(ImmutableArray<IpCacheEntry> ipCache)
    {
        // What contains others comes before them.
        var ordered = ipCache.Select(e => (Entry: e, Prefix: AddressPrefix.Of(e.Prefix))).OrderBy(e => e.Prefix).ToArray();
        _entries = [.. ordered.Select(e => e.Entry)];
        _parents = new int[_entries.Length];
        var around = new Stack<int>();
        for (var i = 0; i < _entries.Length; i++)
        {
            while (around.TryPeek(out var top) && !ordered[top].Prefix.Contains(ordered[i].Prefix))
            {
                around.Pop();
            }

            _parents[i] = around.TryPeek(out var parent) ? parent : -1;
            around.Push(i);
        }

        Groups = [.. _entries.Select(e => e.Group).Distinct()];
    }

    /// <summary>Everybody who has an address.</summary>
    public ImmutableArray<PolicyGroup> Groups { get; }

    /// <summary>Divides all addresses by the decisions about their owners, one for each of <see cref="Groups"/>.</summary>
    public ImmutableArray<PeerView> Divide(IReadOnlyList<L4Decision> decisions)
    {
        var numbers = new Dictionary<L4Decision, int>();
        var byGroup = new Dictionary<PolicyGroup, int>();
        for (var i = 0; i < Groups.Length; i++)
        {
            numbers.TryAdd(decisions[i], numbers.Count);
            byGroup.Add(Groups[i], numbers[decisions[i]]);
        }

        var roots = new int[_entries.Length];
        var regions = numbers.Select(_ => new SortedDictionary<int, List<int>>()).ToArray();
        for (var i = 0; i < _entries.Length; i++)
        {
            var number = byGroup[_entries[i].Group];
            var parent = _parents[i];
            var around = parent < 0 ? -1 : byGroup[_entries[parent].Group];
            if (around == number)
            {
                roots[i] = roots[parent];
                continue;
            }

            roots[i] = i;
            regions[number].Add(i, []);
            if (parent >= 0)
            {
                regions[around][roots[parent]].Add(i);
            }
        }

        return [.. numbers.Select(n => new PeerView(
            n.Key,
            [.. regions[n.Value].Select(r => new Region(_entries[r.Key].Prefix, [.. r.Value.Select(e => _entries[e].Prefix)]))],
            numbers.Count == 1))];
    }
}
