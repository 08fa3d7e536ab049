using System.Collections.Immutable;
using System.Net;
using Jumpgate.Policy.Labels;

namespace Jumpgate.Policy.Documents;

/// <summary>The one kind of peer that an entry names.</summary>
public abstract record PeerSet;

/// <summary>
/// <c>fromEndpoints</c>/<c>toEndpoints</c>. Empty: nobody. A selector without requirements: every workload.
/// </summary>
public sealed record EndpointPeers(ImmutableArray<LabelSelector> Selectors) : PeerSet;

/// <summary><c>fromEntities</c>/<c>toEntities</c>. Empty: nobody.</summary>
public sealed record EntityPeers(ImmutableArray<Entity> Entities) : PeerSet;

/// <summary><c>fromCIDR</c>, <c>fromCIDRSet</c> and their egress twins. Empty: nobody.</summary>
public sealed record CidrPeers(ImmutableArray<CidrPeer> Prefixes) : PeerSet;

public sealed record CidrPeer(IPNetwork Prefix, ImmutableArray<IPNetwork> Except);

public enum Entity
{
    All,
    World,
    WorldIPv4,
    WorldIPv6,
    Host,
    /// <summary>Workloads and the host.</summary>
    Cluster,
}
