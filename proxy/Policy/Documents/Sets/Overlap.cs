using System.Net;
using Jumpgate.Policy.Documents.Reading;
using Jumpgate.Policy.Labels;

namespace Jumpgate.Policy.Documents.Sets;

/// <summary>Whether two descriptions could mean one and the same thing. In doubt, they could.</summary>
internal static class Overlap
{
    /// <summary>A workload could be protected by both.</summary>
    public static bool Subjects(Grant a, Grant b) =>
        (a.Document.Namespace is null || b.Document.Namespace is null || a.Document.Namespace == b.Document.Namespace)
        && Selectors(a.Subject.EndpointSelector, b.Subject.EndpointSelector);

    public static bool Selectors(LabelSelector a, LabelSelector b)
    {
        foreach (var left in a.Requirements)
        {
            foreach (var right in b.Requirements)
            {
                if (Contradict(left, right))
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>Null peers are everybody.</summary>
    public static bool Peers(PeerSet? a, PeerSet? b) => (a, b) switch
    {
        (null, _) => !IsNobody(b),
        (_, null) => !IsNobody(a),
        (EndpointPeers x, EndpointPeers y) => x.Selectors.Any(l => y.Selectors.Any(r => Selectors(l, r))),
        (CidrPeers x, CidrPeers y) => x.Prefixes.Any(l => y.Prefixes.Any(r => Prefixes(l, r))),
        (EntityPeers x, EntityPeers y) => x.Entities.Any(l => y.Entities.Any(r => Entities(l, r))),
        (EndpointPeers x, EntityPeers y) => !x.Selectors.IsEmpty && y.Entities.Any(HasWorkloads),
        (EntityPeers, EndpointPeers) => Peers(b, a),
        (CidrPeers x, EntityPeers y) => x.Prefixes.Any(p => y.Entities.Any(e => HasAddresses(e, p.Prefix))),
        (EntityPeers, CidrPeers) => Peers(b, a),
        _ => false,
    };

    /// <summary>A name could be any port but zero.</summary>
    public static bool Ports(PortSpec a, PortSpec b)
    {
        if (a.Protocol is not null && b.Protocol is not null && a.Protocol != b.Protocol)
        {
            return false;
        }

        if (a.Name is not null || b.Name is not null)
        {
            return a.Name is null || b.Name is null ? IsEvery(a) || IsEvery(b) : a.Name == b.Name;
        }

        return IsEvery(a) || IsEvery(b) || (a.Port <= b.EndPort && b.Port <= a.EndPort);
    }

    public static bool IsEvery(PortSpec port) => port.Port == 0 && port.Name is null;

    private static bool IsNobody(PeerSet? peers) => peers switch
    {
        EndpointPeers { Selectors.IsEmpty: true } or EntityPeers { Entities.IsEmpty: true }
            or CidrPeers { Prefixes.IsEmpty: true } => true,
        _ => false,
    };

    private static bool Contradict(LabelRequirement a, LabelRequirement b)
    {
        // Of different sources, both labels can be there, each with its own value. Without a source a workload could
        // also have the key twice; that is too rare to warn about every pair of selectors for it.
        if (a.Key != b.Key || a.Source != b.Source)
        {
            return false;
        }

        return (a.Operator, b.Operator) switch
        {
            (LabelOperator.In, LabelOperator.In) => !a.Values.Any(v => b.Values.Contains(v)),
            (LabelOperator.In, LabelOperator.NotIn) => a.Values.All(v => b.Values.Contains(v)),
            (LabelOperator.NotIn, LabelOperator.In) => b.Values.All(v => a.Values.Contains(v)),
            (LabelOperator.In or LabelOperator.Exists, LabelOperator.DoesNotExist) => true,
            (LabelOperator.DoesNotExist, LabelOperator.In or LabelOperator.Exists) => true,
            _ => false,
        };
    }

    private static bool Prefixes(CidrPeer a, CidrPeer b) =>
        (CidrReader.Contains(a.Prefix, b.Prefix) || CidrReader.Contains(b.Prefix, a.Prefix))
        && !a.Except.Any(hole => CidrReader.Contains(hole, b.Prefix))
        && !b.Except.Any(hole => CidrReader.Contains(hole, a.Prefix));

    private static bool HasWorkloads(Entity entity) => entity is Entity.All or Entity.Cluster;

    private static bool HasAddresses(Entity entity, IPNetwork prefix) => entity switch
    {
        Entity.All or Entity.World => true,
        Entity.WorldIPv4 => prefix.BaseAddress.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork,
        Entity.WorldIPv6 => prefix.BaseAddress.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6,
        _ => false,
    };

    private static bool Entities(Entity a, Entity b) =>
        a == b || a == Entity.All || b == Entity.All
        || (a, b) is (Entity.World, Entity.WorldIPv4 or Entity.WorldIPv6)
        or (Entity.WorldIPv4 or Entity.WorldIPv6, Entity.World)
            or (Entity.Cluster, Entity.Host) or (Entity.Host, Entity.Cluster);
}
