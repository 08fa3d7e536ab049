namespace Jumpgate.Kafka.Descriptions;

/// <summary>Administration: topics, configurations, access rules, quotas, tokens.</summary>
internal static class AdminApis
{
    public const string Text = """
        CreateTopics 0-7 flexible 5+
        > topics:[topic:str count:i32 factor:i16 assignments:[partition:i32 brokers:[=i32]] configs:[name:str value:?str]]
          timeout:i32 validate:bool@1+
        < throttle:i32@2+ topics:[topic:str topicId:uuid@7+ error:i16 message:?str@1+ configError:i16#0@5+ partitions:i32@5+=-1
          replicas:i16@5+=-1 settings:?[name:str value:?str readOnly:bool source:i8 sensitive:bool]@5+]

        DeleteTopics 0-6 flexible 4+
        > topics:[topic:?str topicId:uuid]@6+ topics:[=topic:str]@0-5 timeout:i32
        < throttle:i32@1+ topics:[topic:?6+|str topicId:uuid@6+ error:i16 message:?str@5+]

        DeleteRecords 0-2 flexible 2+
        > topics:[topic:str partitions:[partition:i32 offset:i64]] timeout:i32
        < throttle:i32 topics:[topic:str partitions:[partition:i32 low:i64=-1 error:i16]]

        CreatePartitions 0-3 flexible 2+
        > topics:[topic:str count:i32 assignments:?[brokers:[=i32]]] timeout:i32 validate:bool
        < throttle:i32 topics:[topic:str error:i16 message:?str]

        DescribeConfigs 0-4 flexible 4+
        > resources:[resourceType:i8 resourceName:str keys:?[=str]] synonyms:bool@1+ documentation:bool@3+
        < throttle:i32 resources:[error:i16 message:?str resourceType:i8 resourceName:str configs:[]]

        AlterConfigs 0-2 flexible 2+
        > resources:[resourceType:i8 resourceName:str configs:[name:str value:?str]] validate:bool
        < throttle:i32 resources:[error:i16 message:?str resourceType:i8 resourceName:str]

        IncrementalAlterConfigs 0-1 flexible 1+
        > resources:[resourceType:i8 resourceName:str configs:[name:str operation:i8 value:?str]] validate:bool
        < throttle:i32 resources:[error:i16 message:?str resourceType:i8 resourceName:str]

        ListConfigResources 0-1 flexible 0+
        > types:[=i8]@1+
        < throttle:i32 error:i16 resources:[name:str type:i8@1+]

        AlterReplicaLogDirs 0-2 flexible 2+
        > dirs:[path:str topics:[topic:str partitions:[=partition:i32]]]
        < throttle:i32 dirs.topics:[topic:str partitions:[partition:i32 error:i16]]

        DescribeLogDirs 0-4 flexible 2+
        > topics:?[topic:str partitions:[=partition:i32]]
        < throttle:i32 error:i16@3+ results:[error:i16 dir:str topics:[topic:str partitions:[partition:i32 size:i64 lag:i64
          future:bool]] total:i64@4+ usable:i64@4+]

        ElectLeaders 0-2 flexible 2+
        > type:i8@1+ topics:?[topic:str partitions:[=partition:i32]] timeout:i32
        < throttle:i32 error:i16@1+ topics:[topic:str partitions:[partition:i32 error:i16 message:?str]]

        AlterPartitionReassignments 0 flexible 0+
        > timeout:i32 topics:[topic:str partitions:[partition:i32 replicas:?[=i32]]]
        < throttle:i32 error:i16 message:?str topics:[topic:str partitions:[partition:i32 error:i16 message:?str]]

        ListPartitionReassignments 0 flexible 0+
        > timeout:i32 topics:?[topic:str partitions:[=partition:i32]]
        < throttle:i32 error:i16 message:?str ongoing:[topic:str partitions:[index:i32 replicas:[=i32] adding:[=i32]
          removing:[=i32]]]

        DescribeAcls 0-3 flexible 2+
        > aclType:i8 aclName:?str pattern:i8@1+ principal:?str host:?str operation:i8 permission:i8
        < throttle:i32 error:i16 message:?str resources:[]

        CreateAcls 0-3 flexible 2+
        > acls:[aclType:i8 aclName:str pattern:i8@1+ principal:str host:str operation:i8 permission:i8]
        < throttle:i32 acls:[error:i16 message:?str]

        DeleteAcls 0-3 flexible 2+
        > acls:[aclType:i8 aclName:?str pattern:i8@1+ principal:?str host:?str operation:i8 permission:i8]
        < throttle:i32 acls:[error:i16 message:?str matches:[]]

        DescribeClientQuotas 0-1 flexible 1+
        > components:[type:str match:i8 value:?str] strict:bool
        < throttle:i32 error:i16 message:?str entries:?[]

        AlterClientQuotas 0-1 flexible 1+
        > entries:[entity:[type:str name:?str] ops:[key:str value:f64 remove:bool]] validate:bool
        < throttle:i32 entries:[error:i16 message:?str entity:[type:str name:?str]]

        DescribeUserScramCredentials 0 flexible 0+
        > users:?[user:str]
        < throttle:i32 error:i16 message:?str results:[]

        AlterUserScramCredentials 0 flexible 0+
        > deletions:[user:str mechanism:i8] upsertions:[user:str mechanism:i8 iterations:i32 salt:bytes password:bytes]
        < throttle:i32 deletions+upsertions:[user:str error:i16 message:?str]

        CreateDelegationToken 0-3 flexible 2+
        > ownerType:?str@3+ ownerName:?str@3+ renewers:[type:str name:str] lifetime:i64
        < error:i16 type:str name:str requesterType:str@3+ requesterName:str@3+ issued:i64=-1 expiry:i64=-1 max:i64=-1 id:str
          mac:bytes throttle:i32

        RenewDelegationToken 0-2 flexible 2+
        > mac:bytes period:i64
        < error:i16 expiry:i64=-1 throttle:i32

        ExpireDelegationToken 0-2 flexible 2+
        > mac:bytes period:i64
        < error:i16 expiry:i64=-1 throttle:i32

        DescribeDelegationToken 0-3 flexible 2+
        > owners:?[type:str name:str]
        < error:i16 tokens:[] throttle:i32

        DescribeCluster 0-2 flexible 0+
        > operations:bool type:i8@1+ fenced:bool@2+
        < throttle:i32 error:i16 message:?str endpointType:i8@1+=1 clusterId:str controllerId:i32=-1 brokers:[]
          allowed:i32=-2147483648

        UpdateFeatures 0-2 flexible 0+
        > timeout:i32 updates:[feature:str max:i16 downgrade:bool@0 upgrade:i8@1+] validate:bool@1+
        < throttle:i32 error:i16 message:?str updates:[feature:str error:i16 message:?str]@0-1

        UnregisterBroker 0 flexible 0+
        > brokerId:i32
        < throttle:i32 error:i16 message:?str
        """;
}
