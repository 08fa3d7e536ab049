using Jumpgate.KafkaBroker.Apis;
using Jumpgate.KafkaBroker.Groups;
using Jumpgate.KafkaBroker.Storage;

namespace Jumpgate.KafkaBroker.Serving;

/// <summary>Producers' ids and what their transactions have touched.</summary>
internal sealed class Transactions
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Transaction> _byId = new(StringComparer.Ordinal);
    private long _nextProducer = 1000;

    internal sealed class Transaction(string id, long producerId)
    {
        public string Id => id;

        public long ProducerId => producerId;

        public short Epoch { get; set; } = -1;

        public HashSet<(Topic Topic, Partition Partition)> Partitions { get; } = [];

        public List<(Group Group, string Topic, int Partition, CommittedOffset Offset)> Offsets { get; } = [];

        public bool IsOpen { get; set; }
    }

    public IReadOnlyList<Transaction> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _byId.Values];
            }
        }
    }

    public (long ProducerId, short Epoch) Begin(string? transactionalId)
    {
        lock (_gate)
        {
            if (transactionalId is null)
            {
                return (_nextProducer++, 0);
            }

            if (!_byId.TryGetValue(transactionalId, out var transaction))
            {
                _byId.Add(transactionalId, transaction = new Transaction(transactionalId, _nextProducer++));
            }

            Finish(transaction, committed: false);
            return (transaction.ProducerId, ++transaction.Epoch);
        }
    }

    /// <summary>Does something with the producer's transaction, which is open then.</summary>
    public ErrorCode Use(string id, long producerId, long epoch, Action<Transaction> use)
    {
        lock (_gate)
        {
            if (Check(id, producerId, epoch, out var transaction) is var error and not ErrorCode.None)
            {
                return error;
            }

            transaction!.IsOpen = true;
            use(transaction);
            return ErrorCode.None;
        }
    }

    /// <param name="nextEpoch">The producer goes on with the epoch after (EndTxn from version 5).</param>
    public (ErrorCode Error, short Epoch) End(string id, long producerId, long epoch, bool committed, bool nextEpoch)
    {
        lock (_gate)
        {
            if (Check(id, producerId, epoch, out var transaction) is var error and not ErrorCode.None)
            {
                return (error, -1);
            }

            if (!transaction!.IsOpen && !nextEpoch)
            {
                return (ErrorCode.InvalidTxnState, -1);
            }

            Finish(transaction, committed);
            return (ErrorCode.None, nextEpoch ? ++transaction.Epoch : transaction.Epoch);
        }
    }

    private static void Finish(Transaction transaction, bool committed)
    {
        foreach (var (_, partition) in transaction.Partitions)
        {
            partition.End(transaction.ProducerId, transaction.Epoch, committed);
        }

        foreach (var (group, topic, partition, offset) in transaction.Offsets)
        {
            if (committed)
            {
                group.Commit(topic, partition, offset);
            }
        }

        transaction.Partitions.Clear();
        transaction.Offsets.Clear();
        transaction.IsOpen = false;
    }

    private ErrorCode Check(string id, long producerId, long epoch, out Transaction? transaction) =>
        !_byId.TryGetValue(id, out transaction) || transaction.ProducerId != producerId ? ErrorCode.InvalidTxnState
        : transaction.Epoch != epoch ? ErrorCode.InvalidProducerEpoch
        : ErrorCode.None;
}
