using System.Collections.Immutable;

namespace Jumpgate.Policy.Documents;

/// <summary>One element of <c>toPorts</c>.</summary>
public sealed record PortRule
{
    public required SourceLocation Location { get; init; }
    /// <summary>Path in its document, such as <c>spec.ingress[0].toPorts[1]</c>; for messages.</summary>
    public string Field { get; init; } = "";
    public required ImmutableArray<PortSpec> Ports { get; init; }
    /// <summary>Null: no <c>rules.http</c>. Empty (<c>http: []</c>): everything is allowed but CONNECT.</summary>
    public ImmutableArray<HttpRule>? Http { get; init; }
    /// <summary>Null: no <c>rules.kafka</c>. Empty (<c>kafka: []</c>): everything is allowed.</summary>
    public ImmutableArray<KafkaRule>? Kafka { get; init; }

    /// <summary>The proxy decides on its ports.</summary>
    public bool HasL7 => Http is not null || Kafka is not null;
}

/// <summary>
/// A port, a range, or a name. <paramref name="EndPort"/> is inclusive and equals <paramref name="Port"/> for a single
/// port; both are 0 for a name (lower case). <paramref name="Port"/> 0 without a name is every port.
/// <paramref name="Protocol"/> null is ANY (TCP and UDP; with port 0, ICMP and others too).
/// </summary>
public sealed record PortSpec(ushort Port, ushort EndPort, string? Name, L4Protocol? Protocol);
