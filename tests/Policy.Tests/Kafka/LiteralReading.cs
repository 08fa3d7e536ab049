using Jumpgate.Policy.Documents;
using Jumpgate.Policy.Kafka;
using static Jumpgate.Policy.Kafka.KafkaApi;

namespace Jumpgate.Policy.Tests.Kafka;

/// <summary>
/// policy.md, Kafka, read word by word: no indices, no shared tables. A request with several topics, groups or
/// transactional ids is one for each combination.
/// </summary>
internal sealed class LiteralReading(IReadOnlyList<KafkaRule> rules)
{
    private static readonly KafkaApi[] s_produce =
    [
        Produce, Metadata, ApiVersions, InitProducerId, AddPartitionsToTxn, AddOffsetsToTxn, EndTxn, TxnOffsetCommit,
        DescribeTopicPartitions, GetTelemetrySubscriptions, PushTelemetry,
    ];

    private static readonly KafkaApi[] s_consume =
    [
        Fetch, ListOffsets, Metadata, OffsetCommit, OffsetFetch, JoinGroup, Heartbeat, LeaveGroup, SyncGroup,
            ApiVersions,
        OffsetForLeaderEpoch, ConsumerGroupHeartbeat, ConsumerGroupDescribe, ShareGroupHeartbeat, ShareGroupDescribe,
        ShareFetch, ShareAcknowledge, DescribeTopicPartitions, GetTelemetrySubscriptions, PushTelemetry,
    ];

    private static readonly KafkaApi[] s_withoutTopics =
    [
        JoinGroup, Heartbeat, LeaveGroup, SyncGroup, FindCoordinator, InitProducerId, AddOffsetsToTxn,
            EndTxn, ListGroups,
        DescribeGroups, GetTelemetrySubscriptions,
    ];

    private static readonly KafkaApi[] s_withoutGroups =
    [
        Produce, Fetch, ListOffsets, Metadata, InitProducerId, AddPartitionsToTxn, EndTxn, CreateTopics, ListGroups,
        DescribeConfigs, DescribeTopicPartitions, GetTelemetrySubscriptions,
    ];

    private static readonly KafkaApi[] s_transactional =
        [Produce, InitProducerId, AddPartitionsToTxn, AddOffsetsToTxn, EndTxn, TxnOffsetCommit];

    /// <summary>Allowed, and else which of its topics are not covered.</summary>
    public (bool Allowed, KafkaDenial Denial, IReadOnlyList<string> Topics) Judge(KafkaRequest request)
    {
        if (request.Api is ApiVersions or SaslHandshake or SaslAuthenticate)
        {
            return (true, KafkaDenial.None, []);
        }

        var uncovered = request.Topics.Where(t => !Covered(request, t)).ToList();
        if (uncovered.Count == 0 && (!request.Topics.IsEmpty || Covered(request, null)))
        {
            return (true, KafkaDenial.None, []);
        }

        var granting = rules.Where(r => Granted(r, request)).ToList();
        var denial = granting.Count == 0
            ? !request.Topics.IsEmpty || request.AllTopics ? KafkaDenial.Topic
                : !request.Groups.IsEmpty ? KafkaDenial.Group
                : !request.TransactionalIds.IsEmpty ? KafkaDenial.TransactionalId : KafkaDenial.Cluster
            : Ids(request).Any(id => !granting.Exists(r => FitsId(r, request, id))) ? KafkaDenial.TransactionalId
            : Ids(request).Any(id => Groups(request).Any(g =>
                !granting.Exists(r => FitsId(r, request, id) && FitsGroup(r, request, g)))) ? KafkaDenial.Group
            : !request.Topics.IsEmpty || request.AllTopics ? KafkaDenial.Topic
            : KafkaDenial.Cluster;
        return (false, denial, denial == KafkaDenial.Topic ? uncovered : []);
    }

    private bool Covered(KafkaRequest request, string? topic) =>
        Ids(request).All(id => Groups(request).All(group => rules.Any(rule =>
            Granted(rule, request) && FitsId(rule, request, id) && FitsGroup(rule, request, group)
            && FitsTopic(rule, request, topic))));

    private static bool Granted(KafkaRule rule, KafkaRequest request) =>
        (rule.Version is null || rule.Version == request.Version)
        && (rule.ClientId is null || rule.ClientId == request.ClientId)
        && Apis(rule, request);

    private static bool Apis(KafkaRule rule, KafkaRequest request)
    {
        if (rule.Api is { } api)
        {
            return api == request.Api;
        }

        var hasCondition = rule.Topic is not null || rule.ClientId is not null || rule.Group is not null
            || rule.TransactionalId is not null;
        if (rule.Role == KafkaRole.None && !hasCondition)
        {
            return true;
        }

        var produces = s_produce.Contains(request.Api)
            || (request.Api == FindCoordinator && request.Coordinator == KafkaCoordinatorType.Transaction);
        var consumes = s_consume.Contains(request.Api)
            || (request.Api == FindCoordinator && request.Coordinator is null or KafkaCoordinatorType.Group);
        return (rule.Role != KafkaRole.Consume && produces) || (rule.Role != KafkaRole.Produce && consumes);
    }

    private static bool FitsTopic(KafkaRule rule, KafkaRequest request, string? topic)
    {
        if (rule.Topic is not { } pattern || s_withoutTopics.Contains(request.Api))
        {
            return true;
        }

        var written = pattern.ToString();
        return topic is not null
            ? written.EndsWith('*') ? topic.StartsWith(written[..^1], StringComparison.Ordinal) : topic == written
            : request.AllTopics ? written == "*" || request.Api is Metadata or DescribeTopicPartitions or OffsetFetch
            : s_produce.Contains(request.Api) || s_consume.Contains(request.Api);
    }

    private static bool FitsGroup(KafkaRule rule, KafkaRequest request, string? group) =>
        rule.Group is not { } pattern || WithoutGroups(request)
            || (group is not null && Fits(pattern.ToString(), group));

    private static bool FitsId(KafkaRule rule, KafkaRequest request, string? id)
    {
        var carries = s_transactional.Contains(request.Api)
            || (request.Api == FindCoordinator && request.Coordinator == KafkaCoordinatorType.Transaction);
        return rule.TransactionalId is not { } pattern || !carries || (id is not null && Fits(pattern.ToString(), id));
    }

    private static bool WithoutGroups(KafkaRequest request) => request.Api == FindCoordinator
        ? request.Coordinator is not (null or KafkaCoordinatorType.Group)
        : s_withoutGroups.Contains(request.Api);

    private static bool Fits(string written, string name) =>
        written.EndsWith('*') ? name.StartsWith(written[..^1], StringComparison.Ordinal) : name == written;

    private static List<string?> Groups(KafkaRequest request) => OrNone(request.Groups);

    private static List<string?> Ids(KafkaRequest request) => OrNone(request.TransactionalIds);

    private static List<string?> OrNone(IEnumerable<string> names) => [.. names.Cast<string?>().DefaultIfEmpty(null)];
}
