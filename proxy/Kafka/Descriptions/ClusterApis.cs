namespace Jumpgate.Kafka.Descriptions;

/// <summary>What brokers and controllers say to one another. <c>*</c>: a body that is not looked into.</summary>
internal static class ClusterApis
{
    public const string Text = """
        LeaderAndIsr 0-7 flexible 4+
        > *
        < error:i16 errors:[]@0-4 errorTopics:[]@5+

        StopReplica 0-4 flexible 2+
        > *
        < error:i16 errors:[]

        UpdateMetadata 0-8 flexible 6+
        > *
        < error:i16

        ControlledShutdown 0-3 flexible 3+
        > brokerId:i32 brokerEpoch:i64@2+
        < error:i16 remaining:[]

        Vote 0-2 flexible 0+
        > clusterId:?str voterId:i32@1+ topics:[topic:str partitions:[partition:i32 epoch:i32 candidate:i32 directory:uuid@1+
          voterDirectory:uuid@1+ lastEpoch:i32 lastOffset:i64 preVote:bool@2+]]
        < error:i16 topics:[topic:str partitions:[partition:i32 error:i16 leader:i32=-1 leaderEpoch:i32 granted:bool]]
          endpoints:[id:i32 host:str port:u16]#0@1+

        BeginQuorumEpoch 0-1 flexible 1+
        > clusterId:?str voterId:i32@1+ topics:[topic:str partitions:[partition:i32 voterDirectory:uuid@1+ id:i32 epoch:i32]]
          leaderEndpoints:[name:str host:str port:u16]@1+
        < error:i16 topics:[topic:str partitions:[partition:i32 error:i16 leader:i32=-1 leaderEpoch:i32]]
          endpoints:[id:i32 host:str port:u16]#0@1+

        EndQuorumEpoch 0-1 flexible 1+
        > clusterId:?str topics:[topic:str partitions:[partition:i32 id:i32 epoch:i32 successors:[=i32]@0
          candidates:[id:i32 directory:uuid]@1+]] leaderEndpoints:[name:str host:str port:u16]@1+
        < error:i16 topics:[topic:str partitions:[partition:i32 error:i16 leader:i32=-1 leaderEpoch:i32]]
          endpoints:[id:i32 host:str port:u16]#0@1+

        DescribeQuorum 0-2 flexible 0+
        > topics:[topic:str partitions:[partition:i32]]
        < error:i16 message:?str@2+ topics:[topic:str partitions:[partition:i32 error:i16 message:?str@2+ leader:i32=-1
          leaderEpoch:i32 watermark:i64=-1 voters:[] observers:[]]] nodes:[]@2+

        AlterPartition 0-3 flexible 0+
        > brokerId:i32 brokerEpoch:i64 topics:[topic:str@0-1 topicId:uuid@2+ partitions:[partition:i32 epoch:i32 inSync:[=i32]@0-2
          inSyncEpochs:[id:i32 epoch:i64]@3+ recovery:i8@1+ partitionEpoch:i32]]
        < throttle:i32 error:i16 topics:[topic:str@0-1 topicId:uuid@2+ partitions:[partition:i32 error:i16 leader:i32=-1
          leaderEpoch:i32 replicas:[=i32] recoveryState:i8@1+ newEpoch:i32]]

        Envelope 0 flexible 0+
        > *
        < reply:?bytes error:i16

        FetchSnapshot 0-1 flexible 0+
        > clusterId:?str#0@0+ replicaId:i32 maxBytes:i32 topics:[topic:str partitions:[partition:i32 epoch:i32
          snapshot:(endOffset:i64 epoch:i32) position:i64 directory:uuid#0@1+]]
        < throttle:i32 error:i16 topics:[topic:str partitions:[partition:i32 error:i16 snapshot:(endOffset:i64 epoch:i32)
          leader:(id:i32 epoch:i32)#0@0+ size:i64 position:i64 records:records]] endpoints:[id:i32 host:str port:u16]#0@1+

        BrokerRegistration 0-4 flexible 0+
        > brokerId:i32 clusterId:str incarnation:uuid listeners:[name:str host:str port:u16 security:i16]
          features:[name:str min:i16 max:i16] rack:?str migrating:bool@1+ logDirs:[=uuid]@2+ previousEpoch:i64@3+
        < throttle:i32 error:i16 epoch:i64=-1

        BrokerHeartbeat 0-1 flexible 0+
        > brokerId:i32 brokerEpoch:i64 offset:i64 fence:bool shutDown:bool offline:[=uuid]#0@1+
        < throttle:i32 error:i16 caughtUp:bool fenced:bool=1 stop:bool

        ControllerRegistration 0 flexible 0+
        > controllerId:i32 incarnation:uuid migration:bool listeners:[name:str host:str port:u16 security:i16]
          features:[name:str min:i16 max:i16]
        < throttle:i32 error:i16 message:?str

        AssignReplicasToDirs 0 flexible 0+
        > brokerId:i32 brokerEpoch:i64 directories:[id:uuid topics:[topicId:uuid partitions:[partition:i32]]]
        < throttle:i32 error:i16 directories:[id:uuid topics:[topicId:uuid partitions:[partition:i32 error:i16]]]

        AddRaftVoter 0 flexible 0+
        > clusterId:?str timeout:i32 voterId:i32 directory:uuid listeners:[name:str host:str port:u16]
        < throttle:i32 error:i16 message:?str

        RemoveRaftVoter 0 flexible 0+
        > clusterId:?str voterId:i32 directory:uuid
        < throttle:i32 error:i16 message:?str

        UpdateRaftVoter 0 flexible 0+
        > clusterId:?str epoch:i32 voterId:i32 directory:uuid listeners:[name:str host:str port:u16] version:(min:i16 max:i16)
        < throttle:i32 error:i16 leader:(id:i32 epoch:i32 host:str port:i32)#0@0+
        """;
}
