namespace Jumpgate.KafkaBroker.Apis;

/// <summary>Groups of consumers, of the classic and of the new protocol (KIP-848), and their offsets.</summary>
/// <inheritdoc cref="RecordApis"/>
internal static class GroupApis
{
    public const string Text = """
        FindCoordinator 10 0-6 3
        > key:str@0-3 keyType:i8@1 keys:[str]@4
        < throttleTimeMs:i32@1 errorCode:i16@0-3 errorMessage:str@1-3? nodeId:i32@0-3 host:str@0-3 port:i32@0-3
          coordinators:[{key:str nodeId:i32 host:str port:i32 errorCode:i16 errorMessage:str?}]@4

        JoinGroup 11 0-9 6
        > groupId:group sessionTimeoutMs:i32 rebalanceTimeoutMs:i32@1 memberId:str instanceId:str@5? protocolType:str
          protocols:[{name:str metadata:bytes}] reason:str@8?
        < throttleTimeMs:i32@2 errorCode:i16 generationId:i32=-1 protocolType:str@7? protocolName:str?7 leader:str
          skipAssignment:bool@9 memberId:str members:[{memberId:str instanceId:str@5? metadata:bytes}]

        SyncGroup 14 0-5 4
        > groupId:group generationId:i32 memberId:str instanceId:str@3? protocolType:str@5? protocolName:str@5?
          assignments:[{memberId:str assignment:bytes}]
        < throttleTimeMs:i32@1 errorCode:i16 protocolType:str@5? protocolName:str@5? assignment:bytes

        Heartbeat 12 0-4 4
        > groupId:group generationId:i32 memberId:str instanceId:str@3?
        < throttleTimeMs:i32@1 errorCode:i16

        LeaveGroup 13 0-5 4
        > groupId:group memberId:str@0-2 members:[{memberId:str instanceId:str? reason:str@5?}]@3
        < throttleTimeMs:i32@1 errorCode:i16 members:[{memberId:str instanceId:str? errorCode:i16}]@3

        OffsetCommit 8 0-9 8
        > groupId:group generationId:i32@1 memberId:str@1 instanceId:str@7? retentionMs:i64@2-4
          topics:[{name:topic partitions:[{index:i32 offset:i64 leaderEpoch:i32@6 timestamp:i64@1-1 metadata:str?}]}]
        < throttleTimeMs:i32@3 topics:[{name:str partitions:[{index:i32 errorCode:i16}]}]

        OffsetFetch 9 0-9 6
        > groupId:group@0-7 topics:[{name:topic partitions:[i32]}]@0-7?2
          groups:[{groupId:group memberId:str@9? memberEpoch:i32@9 topics:[{name:topic partitions:[i32]}]?}]@8 requireStable:bool@7
        < throttleTimeMs:i32@3
          topics:[{name:str partitions:[{index:i32 offset:i64=-1 leaderEpoch:i32@5=-1 metadata:str? errorCode:i16}]}]@0-7
          errorCode:i16@2-7
          groups:[{groupId:str topics:[{name:str partitions:[{index:i32 offset:i64=-1 leaderEpoch:i32=-1 metadata:str?
            errorCode:i16}]}] errorCode:i16}]@8

        OffsetDelete 47 0-0 never
        > groupId:group topics:[{name:topic partitions:[{index:i32}]}]
        < errorCode:i16 throttleTimeMs:i32 topics:[{name:str partitions:[{index:i32 errorCode:i16}]}]

        DescribeGroups 15 0-5 5
        > groups:[group] includeOperations:bool@3
        < throttleTimeMs:i32@1
          groups:[{errorCode:i16 groupId:str state:str protocolType:str protocol:str
            members:[{memberId:str instanceId:str@4? clientId:str clientHost:str metadata:bytes assignment:bytes}]
            operations:i32@3=-2147483648}]

        ListGroups 16 0-5 3
        > states:[str]@4 types:[str]@5
        < throttleTimeMs:i32@1 errorCode:i16 groups:[{groupId:str protocolType:str state:str@4 type:str@5}]

        DeleteGroups 42 0-2 2
        > groups:[group]
        < throttleTimeMs:i32 results:[{groupId:str errorCode:i16}]

        ConsumerGroupHeartbeat 68 0-1 0
        > groupId:group memberId:str memberEpoch:i32 instanceId:str? rackId:str? rebalanceTimeoutMs:i32
          subscribed:[topic]? regex:str@1? assignor:str? partitions:[{topicId:topicid partitions:[i32]}]?
        < throttleTimeMs:i32 errorCode:i16 errorMessage:str? memberId:str? memberEpoch:i32 heartbeatMs:i32
          assignment:{partitions:[{topicId:uuid partitions:[i32]}]}?

        ConsumerGroupDescribe 69 0-0 0
        > groups:[group] includeOperations:bool
        < throttleTimeMs:i32
          groups:[{errorCode:i16 errorMessage:str? groupId:str state:str epoch:i32 assignmentEpoch:i32 assignor:str
            members:[{memberId:str instanceId:str? rackId:str? epoch:i32 clientId:str clientHost:str subscribed:[str] regex:str?
              assignment:{partitions:[{topicId:uuid name:str partitions:[i32]}]}
              target:{partitions:[{topicId:uuid name:str partitions:[i32]}]}}]
            operations:i32=-2147483648}]
        """;
}
