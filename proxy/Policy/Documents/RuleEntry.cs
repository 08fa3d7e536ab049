using System.Collections.Immutable;

namespace Jumpgate.Policy.Documents;

/// <summary>
/// One element of <c>ingress</c>, <c>egress</c>, <c>ingressDeny</c> or <c>egressDeny</c>. The entry <c>{}</c> has
/// neither peers nor ports and, as <c>ingress: [{}]</c>, allows nothing (policy.md: it is the way to write default
/// deny).
/// </summary>
public sealed record RuleEntry
{
    public required SourceLocation Location { get; init; }
    /// <summary>Null: omitted. Present and empty: nobody.</summary>
    public PeerSet? Peers { get; init; }
    /// <summary>Null: omitted, every port. Each element is one element of <c>toPorts</c>.</summary>
    public ImmutableArray<PortRule>? Ports { get; init; }
}
