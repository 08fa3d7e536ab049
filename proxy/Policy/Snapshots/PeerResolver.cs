using Jumpgate.Policy.Documents;

namespace Jumpgate.Policy.Snapshots;

/// <summary>Turns the peers of an entry into indices of the catalog.</summary>
internal sealed class PeerResolver
{
    private readonly PeerCatalog _catalog;
    private readonly SelectorIndex _selectors;
    private readonly Peer[] _prefixes;
    private readonly Dictionary<Entity, int[]> _entities = [];

    public PeerResolver(PeerCatalog catalog, SelectorIndex selectors)
    {
        _catalog = catalog;
        _selectors = selectors;
        _prefixes = [.. catalog.Peers.Where(p => p.Prefix is not null).OrderBy(p => p.Prefix!.Value)];
    }

    /// <returns>Null: every peer, known or not. Else ascending indices.</returns>
    public int[]? Resolve(PeerSet? peers, string? ns) => peers switch
    {
        null => null,
        EndpointPeers endpoints => Endpoints(endpoints, ns),
        EntityPeers entities when entities.Entities.Contains(Entity.All) => null,
        EntityPeers entities => Union(entities.Entities.Select(OfEntity)),
        CidrPeers cidrs => Union(cidrs.Prefixes.Select(OfCidr)),
        _ => throw new InvalidOperationException($"unknown kind of peers {peers.GetType().Name}"),
    };

    private int[] Endpoints(EndpointPeers endpoints, string? ns) =>
        endpoints.Selectors.Length == 1
            ? _selectors.Peers(endpoints.Selectors[0], ns).Peers
            : Union(endpoints.Selectors.Select(s => _selectors.Peers(s, ns).Peers));

    private int[] OfEntity(Entity entity)
    {
        if (!_entities.TryGetValue(entity, out var result))
        {
            result = [.. _catalog.Peers.Where(p => Is(p, entity)).Select(p => p.Index)];
            _entities.Add(entity, result);
        }

        return result;
    }

    private static bool Is(Peer peer, Entity entity) => entity switch
    {
        Entity.World => peer.Kind is PeerKind.World or PeerKind.Prefix,
        Entity.WorldIPv4 => peer.Prefix is { IsIPv4: true },
        Entity.WorldIPv6 => peer.Prefix is { IsIPv4: false },
        Entity.Host => peer.Kind == PeerKind.Host,
        Entity.Cluster => peer.Kind is PeerKind.Host or PeerKind.Workload,
        _ => throw new InvalidOperationException($"unknown entity {entity}"),
    };

    /// <summary>
    /// Every known prefix inside the rule's and outside its exceptions. The exceptions have identities of their own, so
    /// that an address in one never has that of the prefix around it.
    /// </summary>
    private int[] OfCidr(CidrPeer cidr)
    {
        var outer = AddressPrefix.Of(cidr.Prefix);
        var exceptions = cidr.Except.Select(AddressPrefix.Of).ToArray();
        var result = new List<int>();
        for (var i = FirstAtOrAfter(outer); i < _prefixes.Length; i++)
        {
            var prefix = _prefixes[i].Prefix!.Value;
            if (!outer.Contains(prefix))
            {
                break;
            }

            if (!Array.Exists(exceptions, e => e.Contains(prefix)))
            {
                result.Add(_prefixes[i].Index);
            }
        }

        return [.. result];
    }

    private int FirstAtOrAfter(AddressPrefix prefix)
    {
        var low = 0;
        var high = _prefixes.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_prefixes[middle].Prefix!.Value.CompareTo(prefix) < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    private static int[] Union(IEnumerable<int[]> sets) => [.. sets.SelectMany(s => s).Distinct().Order()];
}
