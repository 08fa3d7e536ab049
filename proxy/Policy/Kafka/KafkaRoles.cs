using static Jumpgate.Policy.Kafka.KafkaApi;

namespace Jumpgate.Policy.Kafka;

/// <summary>The APIs that roles stand for, and those that need no rule.</summary>
public static class KafkaRoles
{
    private static readonly KafkaRole[] s_roles = new KafkaRole[KafkaApis.Count];

    static KafkaRoles()
    {
        Add(KafkaRole.Produce,
            Produce, Metadata, ApiVersions, InitProducerId, FindCoordinator, AddPartitionsToTxn,
            AddOffsetsToTxn, EndTxn,
            TxnOffsetCommit);
        Add(KafkaRole.Consume,
            Fetch, ListOffsets, Metadata, OffsetCommit, OffsetFetch, FindCoordinator, JoinGroup, Heartbeat, LeaveGroup,
            SyncGroup, ApiVersions, OffsetForLeaderEpoch, ConsumerGroupHeartbeat, ConsumerGroupDescribe,
            ShareGroupHeartbeat, ShareGroupDescribe, ShareFetch, ShareAcknowledge);
        Add(KafkaRole.Both, DescribeTopicPartitions, GetTelemetrySubscriptions, PushTelemetry);
    }

    /// <summary>
    /// The roles that an API belongs to. FindCoordinator is of both, for keys of their own type each.
    /// </summary>
    public static KafkaRole Of(KafkaApi api) => KafkaApis.IsKnown(api) ? s_roles[(int)api] : KafkaRole.None;

    /// <summary>What a client has to do before anybody can know who it is or what it speaks.</summary>
    public static bool IsAlwaysAllowed(KafkaApi api) => api is ApiVersions or SaslHandshake or SaslAuthenticate;

    /// <summary>Whether one of the roles grants a request of the API; <paramref name="coordinator"/> is
    /// FindCoordinator's key type, and null (its first version has none) a group's.</summary>
    internal static bool Grant(KafkaRole roles, KafkaApi api, KafkaCoordinatorType? coordinator)
    {
        var wanted = api != FindCoordinator ? Of(api)
            : coordinator switch
            {
                null or KafkaCoordinatorType.Group => KafkaRole.Consume,
                KafkaCoordinatorType.Transaction => KafkaRole.Produce,
                _ => KafkaRole.None,
            };
        return (roles & wanted) != 0;
    }

    private static void Add(KafkaRole role, params ReadOnlySpan<KafkaApi> apis)
    {
        foreach (var api in apis)
        {
            s_roles[(int)api] |= role;
        }
    }
}
