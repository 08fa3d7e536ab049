namespace Jumpgate.Kafka.Descriptions;

/// <summary>
/// Producing, consuming, and finding out where. The notation is explained at <see cref="Messages.ApiCatalog"/>.
/// </summary>
internal static class DataApis
{
    public const string Text = """
        Produce 0-13 flexible 9+
        > txn:?str@3+ acks:i16 timeout:i32 topics:[topic:str@0-12 topicId:uuid@13+ partitions:[partition:i32 records:?records]]
        < topics:[topic:str@0-12 topicId:uuid@13+ partitions:[partition:i32 error:i16 baseOffset:i64=-1 appendTime:i64@2+=-1
          startOffset:i64@5+=-1 recordErrors:[index:i32 text:?str]@8+ message:?str@8+]] throttle:i32@1+

        Fetch 0-18 flexible 12+
        > clusterId:?str#0@12+ replicaId:i32@0-14 replicaState:(replicaId:i32 replicaEpoch:i64)#1@15+ maxWait:i32 minBytes:i32
          maxBytes:i32@3+ isolation:i8@4+ sessionId:i32@7+ sessionEpoch:i32@7+ topics:[topic:str@0-12 topicId:uuid@13+
          partitions:[partition:i32 leaderEpoch:i32@9+ offset:i64 fetchedEpoch:i32@12+ startOffset:i64@5+ maxBytes:i32
          directoryId:uuid#0@17+ highWatermark:i64#1@18+]] forgotten:[name:str@7-12 id:uuid@13+ partitions:[=partition:i32]]@7+
          rack:str@11+
        < throttle:i32@1+ error:i16@7+ newSessionId:i32@7+ topics:[topic:str@0-12 topicId:uuid@13+ partitions:[partition:i32
          error:i16 watermark:i64=-1 stableOffset:i64@4+=-1 logStart:i64@5+=-1 diverging:(epoch:i32 endOffset:i64)#0@12+
          leader:(id:i32 epoch:i32)#1@12+ snapshot:(endOffset:i64 epoch:i32)#2@12+
          aborted:?[producerId:i64 firstOffset:i64]@4+=empty preferredReplica:i32@11+=-1 records:?records=empty]]
          endpoints:[id:i32 host:str port:i32 rack:?str]#0@16+

        ListOffsets 0-11 flexible 6+
        > replicaId:i32 isolation:i8@2+ topics:[topic:str partitions:[partition:i32 leaderEpoch:i32@4+ timestamp:i64
          maxOffsets:i32@0]] timeout:i32@10+
        < throttle:i32@2+ topics:[topic:str partitions:[partition:i32 error:i16 offsets:[=i64]@0 time:i64@1+=-1
          offset:i64@1+=-1 epoch:i32@4+=-1]]

        Metadata 0-13 flexible 9+
        > topics:?1+|[topicId:uuid@10+ topic:?10+|str] autoCreate:bool@4+ clusterOperations:bool@8-10 topicOperations:bool@8+
        < throttle:i32@3+ brokers:[id:i32 host:str port:i32 rack:?str@1+] clusterId:?str@2+ controllerId:i32@1+=-1
          topics:[error:i16 topic:?12+|str topicId:uuid@10+ internal:bool@1+ partitions:[error:i16 index:i32 leader:i32
          epoch:i32@7+ replicas:[=i32] inSync:[=i32] offline:[=i32]@5+] operations:i32@8+=-2147483648]
          operations:i32@8-10=-2147483648 error:i16@13+

        OffsetForLeaderEpoch 0-4 flexible 4+
        > replicaId:i32@3+ topics:[topic:str partitions:[partition:i32 currentEpoch:i32@2+ epoch:i32]]
        < throttle:i32@2+ topics:[topic:str partitions:[error:i16 partition:i32 leaderEpoch:i32@1+=-1 endOffset:i64=-1]]

        DescribeTopicPartitions 0 flexible 0+
        > topics:[topic:str] limit:i32 cursor:?(afterTopic:str partition:i32)
        < throttle:i32 topics:[error:i16 topic:?str topicId:uuid internal:bool partitions:[error:i16 index:i32 leader:i32 epoch:i32
          replicas:[=i32] inSync:[=i32] eligible:?[=i32] lastKnown:?[=i32] offline:[=i32]] operations:i32=-2147483648]
          next:?(afterTopic:str partition:i32)

        FindCoordinator 0-6 flexible 3+
        > key:str@0-3 keyType:i8@1+ keys:[=key:str]@4+
        < throttle:i32@1+ error:i16@0-3 message:?str@1-3 nodeId:i32@0-3=-1 host:str@0-3 port:i32@0-3=-1
          keys:[key:str nodeId:i32=-1 host:str port:i32=-1 error:i16 message:?str]@4+

        ApiVersions 0-4 flexible 3+
        > software:str@3+ softwareVersion:str@3+
        < error:i16 apis:[key:i16 min:i16 max:i16] throttle:i32@1+ supported:[name:str min:i16 max:i16]#0@3+
          finalizedEpoch:i64#1@3+ finalized:[name:str max:i16 min:i16]#2@3+ zkMigration:bool#3@3+

        SaslHandshake 0-1 flexible none
        > mechanism:str
        < error:i16 mechanisms:[=str]

        SaslAuthenticate 0-2 flexible 2+
        > token:bytes
        < error:i16 message:?str reply:bytes lifetime:i64@1+

        GetTelemetrySubscriptions 0 flexible 0+
        > instanceId:uuid
        < throttle:i32 error:i16 instanceId:uuid subscriptionId:i32 compressions:[=i8] interval:i32 maxBytes:i32 delta:bool
          metrics:[=str]

        PushTelemetry 0 flexible 0+
        > instanceId:uuid subscriptionId:i32 terminating:bool compression:i8 metrics:bytes
        < throttle:i32 error:i16
        """;
}
