namespace Jumpgate.Kafka.Descriptions;

/// <summary>Consumer, share and streams groups.</summary>
internal static class GroupApis
{
    public const string Text = """
        OffsetCommit 0-10 flexible 8+
        > group:str generation:i32@1+ memberId:str@1+ instanceId:?str@7+ retention:i64@2-4 topics:[topic:str@0-9 topicId:uuid@10+
          partitions:[partition:i32 offset:i64 epoch:i32@6+ time:i64@1 metadata:?str]]
        < throttle:i32@3+ topics:[topic:str@0-9 topicId:uuid@10+ partitions:[partition:i32 error:i16]]

        OffsetFetch 0-10 flexible 6+
        > group:str@0-7 topics:?2-7|[topic:str partitions:[=partition:i32]]@0-7 groups:[group:str memberId:?str@9+ memberEpoch:i32@9+
          topics:?[topic:str@8-9 topicId:uuid@10+ partitions:[=partition:i32]]]@8+ stable:bool@7+
        < throttle:i32@3+ topics:[topic:str partitions:[partition:i32 offset:i64=-1 epoch:i32@5+=-1 metadata:?str=empty
          error:i16]]@0-7 error:i16@2-7 groups:[group:str topics:[topic:str@8-9 topicId:uuid@10+ partitions:[partition:i32
          offset:i64=-1 epoch:i32=-1 metadata:?str=empty error:i16]] error:i16]@8+

        JoinGroup 0-9 flexible 6+
        > group:str sessionTimeout:i32 rebalanceTimeout:i32@1+ memberId:str instanceId:?str@5+ type:str
          protocols:[name:str metadata:bytes] reason:?str@8+
        < throttle:i32@2+ error:i16 newGeneration:i32=-1 protocolType:?str@7+ protocol:?7+|str leader:str skip:bool@9+
          memberId:str members:[memberId:str instanceId:?str@5+ metadata:bytes]

        Heartbeat 0-4 flexible 4+
        > group:str generation:i32 memberId:str instanceId:?str@3+
        < throttle:i32@1+ error:i16

        LeaveGroup 0-5 flexible 4+
        > group:str memberId:str@0-2 members:[memberId:str instanceId:?str reason:?str@5+]@3+
        < throttle:i32@1+ error:i16 members:[memberId:str instanceId:?str error:i16]@3+

        SyncGroup 0-5 flexible 4+
        > group:str generation:i32 memberId:str instanceId:?str@3+ type:?str@5+ protocol:?str@5+
          assignments:[memberId:str assignment:bytes]
        < throttle:i32@1+ error:i16 protocolType:?str@5+ protocolName:?str@5+ assignment:bytes

        DescribeGroups 0-6 flexible 5+
        > groups:[=group:str] operations:bool@3+
        < throttle:i32@1+ groups:[error:i16 message:?str@6+ group:str state:str type:str data:str members:[] 
          allowed:i32@3+=-2147483648]

        ListGroups 0-5 flexible 3+
        > states:[=str]@4+ types:[=str]@5+
        < throttle:i32@1+ error:i16 groups:[group:str type:str state:str@4+ kind:str@5+]

        DeleteGroups 0-2 flexible 2+
        > groups:[=group:str]
        < throttle:i32 groups:[group:str error:i16]

        OffsetDelete 0 flexible none
        > group:str topics:[topic:str partitions:[partition:i32]]
        < error:i16 throttle:i32 topics:[topic:str partitions:[partition:i32 error:i16]]

        ConsumerGroupHeartbeat 0-1 flexible 0+
        > group:str memberId:str memberEpoch:i32 instanceId:?str rack:?str rebalanceTimeout:i32 names:?[=topic:str]
          regex:?str@1+ assignor:?str owned:?[id:uuid partitions:[=i32]]
        < throttle:i32 error:i16 message:?str memberId:?str epoch:i32 interval:i32 assignment:?(owned:[id:uuid partitions:[=i32]])

        ConsumerGroupDescribe 0-1 flexible 0+
        > groups:[=group:str] operations:bool
        < throttle:i32 groups:[error:i16 message:?str group:str state:str epoch:i32 assignmentEpoch:i32 assignor:str members:[]
          allowed:i32=-2147483648]

        ShareGroupHeartbeat 0-1 flexible 0+
        > group:str memberId:str memberEpoch:i32 rack:?str names:?[=topic:str]
        < throttle:i32 error:i16 message:?str memberId:?str epoch:i32 interval:i32 assignment:?(owned:[id:uuid partitions:[=i32]])

        ShareGroupDescribe 0-1 flexible 0+
        > groups:[=group:str] operations:bool
        < throttle:i32 groups:[error:i16 message:?str group:str state:str epoch:i32 assignmentEpoch:i32 assignor:str members:[]
          allowed:i32=-2147483648]

        ShareFetch 0-1 flexible 0+
        > group:?str memberId:?str sessionEpoch:i32 maxWait:i32 minBytes:i32 maxBytes:i32 maxRecords:i32@1+ batchSize:i32@1+
          topics:[topicId:uuid partitions:[partition:i32 maxBytes:i32@0 batches:[first:i64 last:i64 types:[=i8]]]]
          forgotten:[id:uuid partitions:[=i32]]
        < throttle:i32 error:i16 message:?str lockTimeout:i32@1+ topics:[topicId:uuid partitions:[partition:i32 error:i16
          message:?str ackError:i16 ackMessage:?str leader:(id:i32 epoch:i32) records:?records=empty
          acquired:[first:i64 last:i64 count:i16]]] endpoints:[id:i32 host:str port:i32 rack:?str]

        ShareAcknowledge 0-1 flexible 0+
        > group:?str memberId:?str sessionEpoch:i32 topics:[topicId:uuid partitions:[partition:i32
          batches:[first:i64 last:i64 types:[=i8]]]]
        < throttle:i32 error:i16 message:?str topics:[topicId:uuid partitions:[partition:i32 error:i16 message:?str
          leader:(id:i32 epoch:i32)]] endpoints:[id:i32 host:str port:i32 rack:?str]

        InitializeShareGroupState 0 flexible 0+
        > group:str topics:[topicId:uuid partitions:[partition:i32 stateEpoch:i32 startOffset:i64]]
        < topics:[topicId:uuid partitions:[partition:i32 error:i16 message:?str]]

        ReadShareGroupState 0 flexible 0+
        > group:str topics:[topicId:uuid partitions:[partition:i32 leaderEpoch:i32]]
        < topics:[topicId:uuid partitions:[partition:i32 error:i16 message:?str epoch:i32 offset:i64 batches:[]]]

        WriteShareGroupState 0 flexible 0+
        > group:str topics:[topicId:uuid partitions:[partition:i32 stateEpoch:i32 leaderEpoch:i32 startOffset:i64
          batches:[first:i64 last:i64 state:i8 count:i16]]]
        < topics:[topicId:uuid partitions:[partition:i32 error:i16 message:?str]]

        DeleteShareGroupState 0 flexible 0+
        > group:str topics:[topicId:uuid partitions:[partition:i32]]
        < topics:[topicId:uuid partitions:[partition:i32 error:i16 message:?str]]

        ReadShareGroupStateSummary 0 flexible 0+
        > group:str topics:[topicId:uuid partitions:[partition:i32 leaderEpoch:i32]]
        < topics:[topicId:uuid partitions:[partition:i32 error:i16 message:?str epoch:i32 leader:i32 offset:i64]]

        StreamsGroupHeartbeat 0 flexible 0+
        > group:str memberId:str memberEpoch:i32 endpointEpoch:i32 instanceId:?str rack:?str rebalanceTimeout:i32
          topology:?(epoch:i32 parts:[id:str sources:[=topic:str] regexes:[=str] changelogs:[topic:str partitions:i32
          replicas:i16 configs:[key:str value:str]] sinks:[=topic:str] repartitions:[topic:str partitions:i32 replicas:i16
          configs:[key:str value:str]] copartitions:[sources:[=i16] regexes:[=i16] repartitions:[=i16]]])
          active:?[id:str partitions:[=i32]] standby:?[id:str partitions:[=i32]] warmup:?[id:str partitions:[=i32]]
          processId:?str endpoint:?(host:str port:u16) tags:?[key:str value:str] offsets:?[id:str partition:i32 offset:i64]
          endOffsets:?[id:str partition:i32 offset:i64] shutdown:bool
        < throttle:i32 error:i16 message:?str memberId:str epoch:i32 interval:i32 lag:i32 offsetInterval:i32 status:?[]
          active:?[] standby:?[] warmup:?[] newEndpointEpoch:i32 endpoints:?[]

        StreamsGroupDescribe 0 flexible 0+
        > groups:[=group:str] operations:bool
        < throttle:i32 groups:[error:i16 message:?str group:str state:str epoch:i32 assignmentEpoch:i32 topology:?(none:i32)
          members:[] allowed:i32=-2147483648]

        DescribeShareGroupOffsets 0 flexible 0+
        > groups:[group:str topics:?[topic:str partitions:[=partition:i32]]]
        < throttle:i32 groups:[group:str topics:[topic:str id:uuid partitions:[partition:i32 offset:i64=-1 epoch:i32 error:i16
          message:?str]] error:i16 message:?str]

        AlterShareGroupOffsets 0 flexible 0+
        > group:str topics:[topic:str partitions:[partition:i32 offset:i64]]
        < throttle:i32 error:i16 message:?str topics:[topic:str id:uuid partitions:[partition:i32 error:i16 message:?str]]

        DeleteShareGroupOffsets 0 flexible 0+
        > group:str topics:[topic:str]
        < throttle:i32 error:i16 message:?str topics:[topic:str id:uuid error:i16 message:?str]
        """;
}
