using System.Collections.Immutable;

namespace Jumpgate.Policy.Kafka;

/// <summary>What policy asks of one Kafka request, as the filter read it. Immutable.</summary>
public sealed record KafkaRequest
{
    public required KafkaApi Api { get; init; }

    public required short Version { get; init; }

    /// <summary>From the request header; null where the client sent none.</summary>
    public string? ClientId { get; init; }

    /// <summary>Each topic once, topic ids resolved to their names.</summary>
    public ImmutableArray<string> Topics { get; init; } = [];

    /// <summary>
    /// The request asks for every topic there is: a null list, or (Metadata v0, DescribeTopicPartitions) an empty one.
    /// See <see cref="KafkaApis.FiltersAllTopics"/>.
    /// </summary>
    public bool AllTopics { get; init; }

    /// <summary>The request names a topic by an id that nobody could resolve: of rules with a topic, only <c>*</c>,
    /// which holds whatever the topic turns out to be, covers it.</summary>
    public bool HasUnknownTopicId { get; init; }

    /// <summary>
    /// The request is, beside its topics, about something that is none: brokers or groups among the resources of
    /// DescribeConfigs, AlterConfigs and IncrementalAlterConfigs. Only a rule without a topic covers that.
    /// </summary>
    public bool HasOtherResources { get; init; }

    /// <summary>Group ids that are present; FindCoordinator's keys of that type among them.</summary>
    public ImmutableArray<string> Groups { get; init; } = [];

    /// <summary>Transactional ids that are present; FindCoordinator's keys of that type among them.</summary>
    public ImmutableArray<string> TransactionalIds { get; init; } = [];

    /// <summary>FindCoordinator only: whose coordinator.</summary>
    public KafkaCoordinatorType? Coordinator { get; init; }
}
