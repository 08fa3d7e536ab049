namespace Jumpgate.KafkaBroker.Apis;

/// <summary>Producers with ids, and transactions.</summary>
/// <inheritdoc cref="RecordApis"/>
internal static class TransactionApis
{
    public const string Text = """
        InitProducerId 22 0-5 2
        > transactionalId:txn? timeoutMs:i32 producerId:i64@3 producerEpoch:i16@3
        < throttleTimeMs:i32 errorCode:i16 producerId:i64=-1 producerEpoch:i16

        AddPartitionsToTxn 24 0-5 3
        > transactions:[{transactionalId:txn producerId:i64 producerEpoch:i16 verifyOnly:bool
            topics:[{name:topic partitions:[i32]}]}]@4
          transactionalId:txn@0-3 producerId:i64@0-3 producerEpoch:i16@0-3 topics:[{name:topic partitions:[i32]}]@0-3
        < throttleTimeMs:i32 errorCode:i16@4
          transactions:[{transactionalId:str topics:[{name:str partitions:[{index:i32 errorCode:i16}]}]}]@4
          topics:[{name:str partitions:[{index:i32 errorCode:i16}]}]@0-3

        AddOffsetsToTxn 25 0-4 3
        > transactionalId:txn producerId:i64 producerEpoch:i16 groupId:group
        < throttleTimeMs:i32 errorCode:i16

        EndTxn 26 0-5 3
        > transactionalId:txn producerId:i64 producerEpoch:i16 committed:bool
        < throttleTimeMs:i32 errorCode:i16 producerId:i64@5=-1 producerEpoch:i16@5=-1

        TxnOffsetCommit 28 0-5 3
        > transactionalId:txn groupId:group producerId:i64 producerEpoch:i16 generationId:i32@3 memberId:str@3 instanceId:str@3?
          topics:[{name:topic partitions:[{index:i32 offset:i64 leaderEpoch:i32@2 metadata:str?}]}]
        < throttleTimeMs:i32 topics:[{name:str partitions:[{index:i32 errorCode:i16}]}]

        DescribeTransactions 65 0-0 0
        > ids:[txn]
        < throttleTimeMs:i32
          transactions:[{errorCode:i16 transactionalId:str state:str timeoutMs:i32 startMs:i64 producerId:i64 producerEpoch:i16
            topics:[{name:str partitions:[i32]}]}]

        ListTransactions 66 0-1 0
        > states:[str] producerIds:[i64] duration:i64@1
        < throttleTimeMs:i32 errorCode:i16 unknownStates:[str] transactions:[{transactionalId:str producerId:i64 state:str}]
        """;
}
