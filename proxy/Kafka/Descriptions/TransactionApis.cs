namespace Jumpgate.Kafka.Descriptions;

/// <summary>Producer ids and transactions.</summary>
internal static class TransactionApis
{
    public const string Text = """
        InitProducerId 0-6 flexible 2+
        > txn:?str timeout:i32 producerId:i64@3+ producerEpoch:i16@3+ twoPhase:bool@6+ keepPrepared:bool@6+
        < throttle:i32 error:i16 newId:i64=-1 newEpoch:i16 ongoingId:i64@6+=-1 ongoingEpoch:i16@6+=-1

        AddPartitionsToTxn 0-5 flexible 3+
        > transactions:[txn:str producerId:i64 producerEpoch:i16 verify:bool topics:[topic:str partitions:[=partition:i32]]]@4+
          txn:str@0-3 producerId:i64@0-3 producerEpoch:i16@0-3 topics:[topic:str partitions:[=partition:i32]]@0-3
        < throttle:i32 error:i16@4+ transactions:[txn:str topics:[topic:str partitions:[partition:i32 error:i16]]]@4+
          topics:[topic:str partitions:[partition:i32 error:i16]]@0-3

        AddOffsetsToTxn 0-4 flexible 3+
        > txn:str producerId:i64 producerEpoch:i16 group:str
        < throttle:i32 error:i16

        EndTxn 0-5 flexible 3+
        > txn:str producerId:i64 producerEpoch:i16 committed:bool
        < throttle:i32 error:i16 newId:i64@5+=-1 newEpoch:i16@5+=-1

        WriteTxnMarkers 0-1 flexible 1+
        > markers:[producerId:i64 producerEpoch:i16 committed:bool topics:[topic:str partitions:[=partition:i32]] epoch:i32]
        < markers:[producerId:i64 topics:[topic:str partitions:[partition:i32 error:i16]]]

        TxnOffsetCommit 0-5 flexible 3+
        > txn:str group:str producerId:i64 producerEpoch:i16 generation:i32@3+ memberId:str@3+ instanceId:?str@3+
          topics:[topic:str partitions:[partition:i32 offset:i64 epoch:i32@2+ metadata:?str]]
        < throttle:i32 topics:[topic:str partitions:[partition:i32 error:i16]]

        DescribeProducers 0 flexible 0+
        > topics:[topic:str partitions:[=partition:i32]]
        < throttle:i32 topics:[topic:str partitions:[partition:i32 error:i16 message:?str producers:[]]]

        DescribeTransactions 0 flexible 0+
        > states:[=txn:str]
        < throttle:i32 states:[error:i16 txn:str state:str timeout:i32 start:i64 producerId:i64 epoch:i16 topics:[]]

        ListTransactions 0-2 flexible 0+
        > states:[=str] producerIds:[=i64] duration:i64@1+ pattern:?str@2+
        < throttle:i32 error:i16 unknownStates:[=str] transactions:[txn:str producerId:i64 state:str]

        AllocateProducerIds 0 flexible 0+
        > brokerId:i32 brokerEpoch:i64
        < throttle:i32 error:i16 start:i64 count:i32
        """;
}
