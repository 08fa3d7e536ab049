using System.Collections.Immutable;
using System.Net;
using Jumpgate.Policy.Identities;
using Jumpgate.Policy.Snapshots;

namespace Jumpgate.EnvoyConfig.Policies;

/// <summary>
/// The longest-prefix table of a snapshot as nested prefixes. Envoy knows addresses, not identities: peers become
/// regions of this table, and stay apart exactly as the kernel's look-up keeps them apart.
/// </summary>
internal sealed class PrefixTable
{
    private readonly (IPNetwork Prefix, AddressOwner Owner)[] _entries;
    private readonly int[] _parents;

    /// <param name="former">Former owners of some of the entries.</param>
    public PrefixTable(ImmutableArray<IpCacheEntry> ipCache, IReadOnlyDictionary<IPNetwork, PolicyGroup> former)
    {
        // What contains others comes before them.
        var ordered = ipCache.Select(e => (Entry: e, Prefix: AddressPrefix.Of(e.Prefix)))
            .OrderBy(e => e.Prefix).ToArray();
        _entries = [.. ordered.Select(e => (e.Entry.Prefix, new AddressOwner(
            e.Entry.Group, former.TryGetValue(e.Entry.Prefix, out var owner) ? owner : null)))];
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

        Owners = [.. _entries.Select(e => e.Owner).Distinct()];
    }

    /// <summary>Everybody who has an address.</summary>
    public ImmutableArray<AddressOwner> Owners { get; }

    /// <summary>
    /// Divides all addresses by the decisions about their owners, one for each of <see cref="Owners"/>.
    /// </summary>
    public ImmutableArray<PeerView> Divide(IReadOnlyList<L4Decision> decisions)
    {
        var numbers = new Dictionary<L4Decision, int>();
        var byOwner = new Dictionary<AddressOwner, int>();
        for (var i = 0; i < Owners.Length; i++)
        {
            numbers.TryAdd(decisions[i], numbers.Count);
            byOwner.Add(Owners[i], numbers[decisions[i]]);
        }

        var roots = new int[_entries.Length];
        var regions = numbers.Select(_ => new SortedDictionary<int, List<int>>()).ToArray();
        for (var i = 0; i < _entries.Length; i++)
        {
            var number = byOwner[_entries[i].Owner];
            var parent = _parents[i];
            var around = parent < 0 ? -1 : byOwner[_entries[parent].Owner];
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
            [.. regions[n.Value]
                .Select(r => new Region(_entries[r.Key].Prefix, [.. r.Value.Select(e => _entries[e].Prefix)]))],
            numbers.Count == 1))];
    }
}
