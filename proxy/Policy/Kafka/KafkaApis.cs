using System.Collections.Frozen;
using static Jumpgate.Policy.Kafka.KafkaApi;

namespace Jumpgate.Policy.Kafka;

/// <summary>What policy has to know of Kafka's APIs, by the message definitions of Kafka 4.1.</summary>
public static class KafkaApis
{
    /// <summary>APIs have the keys from 0 up to here.</summary>
    public const int Count = (int)DeleteShareGroupOffsets + 1;

    private static readonly bool[] s_topics = Table(
        Produce, Fetch, ListOffsets, Metadata, LeaderAndIsr, StopReplica, UpdateMetadata, OffsetCommit, OffsetFetch,
        CreateTopics, DeleteTopics, DeleteRecords, OffsetForLeaderEpoch, AddPartitionsToTxn, WriteTxnMarkers,
        TxnOffsetCommit, DescribeConfigs, AlterConfigs, AlterReplicaLogDirs, DescribeLogDirs, CreatePartitions,
        ElectLeaders, IncrementalAlterConfigs, AlterPartitionReassignments, ListPartitionReassignments, OffsetDelete,
        Vote, BeginQuorumEpoch, EndQuorumEpoch, DescribeQuorum, AlterPartition, FetchSnapshot, DescribeProducers,
        ConsumerGroupHeartbeat, AssignReplicasToDirs, DescribeTopicPartitions, ShareGroupHeartbeat, ShareFetch,
        ShareAcknowledge, InitializeShareGroupState, ReadShareGroupState, WriteShareGroupState, DeleteShareGroupState,
        ReadShareGroupStateSummary, StreamsGroupHeartbeat, DescribeShareGroupOffsets, AlterShareGroupOffsets,
        DeleteShareGroupOffsets);

    private static readonly bool[] s_groups = Table(
        OffsetCommit, OffsetFetch, JoinGroup, Heartbeat, LeaveGroup, SyncGroup, DescribeGroups, AddOffsetsToTxn,
        TxnOffsetCommit, DeleteGroups, OffsetDelete, ConsumerGroupHeartbeat, ConsumerGroupDescribe, ShareGroupHeartbeat,
        ShareGroupDescribe, ShareFetch, ShareAcknowledge, InitializeShareGroupState, ReadShareGroupState,
        WriteShareGroupState, DeleteShareGroupState, ReadShareGroupStateSummary, StreamsGroupHeartbeat,
        StreamsGroupDescribe, DescribeShareGroupOffsets, AlterShareGroupOffsets, DeleteShareGroupOffsets);

    private static readonly bool[] s_transactions = Table(
        Produce, InitProducerId, AddPartitionsToTxn, AddOffsetsToTxn, EndTxn, TxnOffsetCommit, DescribeTransactions);

    private static readonly FrozenDictionary<string, KafkaApi> s_names = Names();

    public static bool IsKnown(KafkaApi api) => (uint)api < Count;

    /// <summary>Kafka's name; an unknown API's key.</summary>
    public static string NameOf(KafkaApi api) =>
        Enum.GetName(api) ?? ((short)api).ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>By Kafka's name in any case, or one that Cilium or an earlier Kafka has for it.</summary>
    public static bool TryParse(string name, out KafkaApi api) => s_names.TryGetValue(name, out api);

    /// <summary>Requests of the API name topics, at least in some version: a rule's topic is asked for.</summary>
    public static bool CarriesTopics(KafkaApi api) => IsKnown(api) && s_topics[(int)api];

    /// <summary>Likewise group ids. FindCoordinator does, where its keys are groups.</summary>
    public static bool CarriesGroups(KafkaApi api, KafkaCoordinatorType? coordinator) => api == FindCoordinator
        ? coordinator is null or KafkaCoordinatorType.Group
        : IsKnown(api) && s_groups[(int)api];

    /// <summary>
    /// Likewise transactional ids. A version of the API that has none yet (Produce before 3) counts as one that sends
    /// null: a condition on it could be escaped by speaking the older version otherwise.
    /// </summary>
    public static bool CarriesTransactionalIds(KafkaApi api, KafkaCoordinatorType? coordinator) =>
        api == FindCoordinator
        ? coordinator == KafkaCoordinatorType.Transaction
        : IsKnown(api) && s_transactions[(int)api];

    /// <summary>
    /// Requests for all topics are forwarded under a topic rule, and their replies filtered to the topics that
    /// <see cref="IKafkaPolicy.Shows"/>. Other APIs' requests for all topics (ElectLeaders, say) do something to them,
    /// and need a rule for all topics.
    /// </summary>
    public static bool FiltersAllTopics(KafkaApi api) => api is Metadata or DescribeTopicPartitions or OffsetFetch;

    /// <summary>
    /// A request of the API without topics asks for none of them, and a topic rule covers it: Metadata for the brokers,
    /// a Fetch that goes on with its session, a heartbeat. Other APIs' requests are about something else then (a
    /// broker's configuration, say), and need a rule without a topic.
    /// </summary>
    public static bool MayLackTopics(KafkaApi api) => KafkaRoles.Of(api) != KafkaRole.None;

    /// <summary>Every name that <see cref="TryParse"/> takes, in Kafka's own spelling, for messages.</summary>
    internal static IEnumerable<string> AllNames => Enum.GetNames<KafkaApi>();

    private static bool[] Table(params ReadOnlySpan<KafkaApi> apis)
    {
        var table = new bool[Count];
        foreach (var api in apis)
        {
            table[(int)api] = true;
        }

        return table;
    }

    private static FrozenDictionary<string, KafkaApi> Names()
    {
        var names = Enum.GetValues<KafkaApi>()
            .ToDictionary(a => a.ToString(), a => a, StringComparer.OrdinalIgnoreCase);
        names.Add("offsets", ListOffsets);
        // As Cilium's documentation of the field has them, though not its code.
        names.Add("createtopic", CreateTopics);
        names.Add("deletetopic", DeleteTopics);
        names.Add("ListClientMetricsResources", ListConfigResources);
        return names.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }
}
