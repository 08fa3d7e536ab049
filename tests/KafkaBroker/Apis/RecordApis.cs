namespace Jumpgate.KafkaBroker.Apis;

/// <summary>
/// Records and where they are. Each API: name, key, versions, first flexible version; <c>&gt;</c> request, <c>&lt;</c>
/// reply, in the notation of <see cref="Wire.LayoutParser"/>. Tagged fields are left out: a peer need not send them and
/// skips those it does not know.
/// </summary>
internal static class RecordApis
{
    public const string Text = """
        ApiVersions 18 0-4 3
        > clientSoftwareName:str@3 clientSoftwareVersion:str@3
        < errorCode:i16 apiKeys:[{apiKey:i16 minVersion:i16 maxVersion:i16}] throttleTimeMs:i32@1

        Metadata 3 0-13 9
        > topics:[{topicId:topicid@10 name:topic?10}]?1 allowAutoTopicCreation:bool@4 includeClusterOperations:bool@8-10
          includeTopicOperations:bool@8
        < throttleTimeMs:i32@3 brokers:[{nodeId:i32 host:str port:i32 rack:str@1?}] clusterId:str@2? controllerId:i32@1=-1
          topics:[{errorCode:i16 name:str?12 topicId:uuid@10 isInternal:bool@1
            partitions:[{errorCode:i16 index:i32 leader:i32 leaderEpoch:i32@7=-1 replicas:[i32] isr:[i32] offline:[i32]@5}]
            operations:i32@8=-2147483648}]
          operations:i32@8-10=-2147483648 errorCode:i16@13

        Produce 0 0-13 9
        > transactionalId:txn@3? acks:i16 timeoutMs:i32
          topics:[{name:topic@0-12 topicId:topicid@13 partitions:[{index:i32 records:bytes?}]}]
        < topics:[{name:str@0-12 topicId:uuid@13 partitions:[{index:i32 errorCode:i16 baseOffset:i64 appendTime:i64@2=-1
            logStart:i64@5=-1 recordErrors:[{index:i32 message:str?}]@8 errorMessage:str@8?}]}]
          throttleTimeMs:i32@1

        Fetch 1 0-18 12
        > replicaId:i32@0-14 maxWaitMs:i32 minBytes:i32 maxBytes:i32@3 isolationLevel:i8@4 sessionId:i32@7 sessionEpoch:i32@7
          topics:[{name:topic@0-12 topicId:topicid@13 partitions:[{index:i32 leaderEpoch:i32@9 offset:i64
            lastFetchedEpoch:i32@12 logStart:i64@5 maxBytes:i32}]}]
          forgotten:[{name:topic@7-12 topicId:topicid@13 partitions:[i32]}]@7 rackId:str@11
        < throttleTimeMs:i32@1 errorCode:i16@7 sessionId:i32@7
          topics:[{name:str@0-12 topicId:uuid@13 partitions:[{index:i32 errorCode:i16 highWatermark:i64 lastStable:i64@4=-1
            logStart:i64@5=-1 aborted:[{producerId:i64 firstOffset:i64}]@4? preferredReplica:i32@11=-1 records:bytes?}]}]

        ListOffsets 2 0-10 6
        > replicaId:i32 isolationLevel:i8@2
          topics:[{name:topic partitions:[{index:i32 leaderEpoch:i32@4 timestamp:i64 maxOffsets:i32@0-0}]}] timeoutMs:i32@10
        < throttleTimeMs:i32@2
          topics:[{name:str partitions:[{index:i32 errorCode:i16 oldOffsets:[i64]@0-0 timestamp:i64@1=-1 offset:i64@1=-1
            leaderEpoch:i32@4=-1}]}]

        OffsetForLeaderEpoch 23 0-4 4
        > replicaId:i32@3 topics:[{name:topic partitions:[{index:i32 currentEpoch:i32@2 leaderEpoch:i32}]}]
        < throttleTimeMs:i32@2 topics:[{name:str partitions:[{errorCode:i16 index:i32 leaderEpoch:i32@1=-1 endOffset:i64=-1}]}]

        DescribeTopicPartitions 75 0-0 0
        > topics:[{name:topic}] limit:i32 cursor:{topic:str index:i32}?
        < throttleTimeMs:i32
          topics:[{errorCode:i16 name:str? topicId:uuid isInternal:bool
            partitions:[{errorCode:i16 index:i32 leader:i32 leaderEpoch:i32=-1 replicas:[i32] isr:[i32] eligible:[i32]? lastKnown:[i32]?
              offline:[i32]}]
            operations:i32=-2147483648}]
          nextCursor:{topic:str index:i32}?
        """;
}
