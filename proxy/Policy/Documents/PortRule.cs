using System.Collections.Immutable;

namespace Jumpgate.Policy.Documents;

/// <summary>One element of <c>toPorts</c>.</summary>
public sealed record PortRule
{
    public required SourceLocation Location { get; init; }
    public required ImmutableArray<PortSpec> Ports { get; init; }
    /// <summary>Null: no <c>rules.http</c>. Empty (<c>http: []</c>): everything is allowed but CONNECT.</summary>
    public ImmutableArray<HttpRule>? Http { get; init; }
}

/// <summary>
/// A port, a range, or a name. <paramref name="Port"/> 0 without a name is every port. <paramref name="Protocol"/> null is ANY (TCP and UDP;
/// with port 0, ICMP and others too).
/// </summary>
public sealed record PortSpec(ushort Port, ushort EndPort, string? Name, L4Protocol? Protocol);
