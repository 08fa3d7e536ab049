using System.Collections.Immutable;
using Jumpgate.Policy.Labels;

namespace Jumpgate.Policy.Documents;

/// <summary>
/// One spec. A null section is absent; an empty one is present and applies to nothing (<c>ingress: []</c>).
/// </summary>
public sealed record PolicyRule
{
    public required SourceLocation Location { get; init; }
    public required LabelSelector EndpointSelector { get; init; }
    public ImmutableArray<RuleEntry>? Ingress { get; init; }
    public ImmutableArray<RuleEntry>? Egress { get; init; }
    public ImmutableArray<RuleEntry>? IngressDeny { get; init; }
    public ImmutableArray<RuleEntry>? EgressDeny { get; init; }
    /// <summary><c>enableDefaultDeny.ingress</c>; null where not written.</summary>
    public bool? DefaultDenyIngress { get; init; }
    public bool? DefaultDenyEgress { get; init; }
}
