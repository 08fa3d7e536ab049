using System.Collections.Immutable;

namespace Jumpgate.Policy.Documents;

/// <summary>One valid CiliumNetworkPolicy or CiliumClusterwideNetworkPolicy document.</summary>
public sealed record PolicyDocument
{
    public required SourceLocation Location { get; init; }
    public required bool Clusterwide { get; init; }
    /// <summary>Null for clusterwide documents and where metadata names none.</summary>
    public required string? Namespace { get; init; }
    public required string Name { get; init; }
    public string? Description { get; init; }
    /// <summary>Annotation <c>jumpgate.dev/audit: "true"</c>: recorded, never enforced.</summary>
    public bool Audit { get; init; }
    /// <summary>Annotation <c>jumpgate.dev/kafka-denied-topics: per-topic</c>: Kafka requests with some topics denied
    /// are forwarded without them.</summary>
    public bool KafkaPerTopic { get; init; }
    /// <summary>One per <c>spec</c> and per element of <c>specs</c>.</summary>
    public required ImmutableArray<PolicyRule> Rules { get; init; }

    /// <summary>As operators write it: <c>namespace/name</c>, or the name alone.</summary>
    public string QualifiedName => Namespace is null ? Name : $"{Namespace}/{Name}";
}
