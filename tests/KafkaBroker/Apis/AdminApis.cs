namespace Jumpgate.KafkaBroker.Apis;

/// <summary>What administrators ask.</summary>
/// <inheritdoc cref="RecordApis"/>
internal static class AdminApis
{
    public const string Text = """
        CreateTopics 19 0-7 5
        > topics:[{name:topic partitions:i32 replication:i16 assignments:[{index:i32 brokers:[i32]}] configs:[{name:str value:str?}]}]
          timeoutMs:i32 validateOnly:bool@1
        < throttleTimeMs:i32@2
          topics:[{name:str topicId:uuid@7 errorCode:i16 errorMessage:str@1? partitions:i32@5=-1 replication:i16@5=-1
            configs:[{name:str value:str? readOnly:bool source:i8=-1 isSensitive:bool}]@5?}]

        DeleteTopics 20 0-6 4
        > topics:[{name:topic? topicId:topicid}]@6 names:[topic]@0-5 timeoutMs:i32
        < throttleTimeMs:i32@1 topics:[{name:str?6 topicId:uuid@6 errorCode:i16 errorMessage:str@5?}]

        CreatePartitions 37 0-3 2
        > topics:[{name:topic count:i32 assignments:[{brokers:[i32]}]?}] timeoutMs:i32 validateOnly:bool
        < throttleTimeMs:i32 topics:[{name:str errorCode:i16 errorMessage:str?}]

        DeleteRecords 21 0-2 2
        > topics:[{name:topic partitions:[{index:i32 offset:i64}]}] timeoutMs:i32
        < throttleTimeMs:i32 topics:[{name:str partitions:[{index:i32 lowWatermark:i64=-1 errorCode:i16}]}]

        DescribeConfigs 32 0-4 4
        > resources:[{type:i8 name:str keys:[str]?}] includeSynonyms:bool@1 includeDocumentation:bool@3
        < throttleTimeMs:i32
          results:[{errorCode:i16 errorMessage:str? type:i8 name:str
            configs:[{name:str value:str? readOnly:bool isDefault:bool@0-0 source:i8@1=-1 isSensitive:bool
              synonyms:[{name:str value:str? source:i8}]@1 type:i8@3 documentation:str@3?}]}]

        AlterConfigs 33 0-2 2
        > resources:[{type:i8 name:str configs:[{name:str value:str?}]}] validateOnly:bool
        < throttleTimeMs:i32 responses:[{errorCode:i16 errorMessage:str? type:i8 name:str}]

        IncrementalAlterConfigs 44 0-1 1
        > resources:[{type:i8 name:str configs:[{name:str operation:i8 value:str?}]}] validateOnly:bool
        < throttleTimeMs:i32 responses:[{errorCode:i16 errorMessage:str? type:i8 name:str}]

        DescribeCluster 60 0-1 0
        > includeOperations:bool endpointType:i8@1
        < throttleTimeMs:i32 errorCode:i16 errorMessage:str? endpointType:i8@1=1 clusterId:str controllerId:i32=-1
          brokers:[{nodeId:i32 host:str port:i32 rack:str?}] operations:i32=-2147483648

        DescribeAcls 29 0-3 2
        > resourceType:i8 resourceName:str? patternType:i8@1 principal:str? host:str? operation:i8 permission:i8
        < throttleTimeMs:i32 errorCode:i16 errorMessage:str?
          resources:[{type:i8 name:str patternType:i8@1=3 acls:[{principal:str host:str operation:i8 permission:i8}]}]
        """;
}
