using Jumpgate.KafkaBroker.Apis;
using Jumpgate.KafkaBroker.Serving;
using Jumpgate.KafkaBroker.Storage;
using Jumpgate.KafkaBroker.Wire;

namespace Jumpgate.KafkaBroker.Answers;

/// <summary>Producers' ids and transactions.</summary>
internal sealed class TransactionAnswers(Cluster cluster)
{
    private const int Batched = 4;
    private const int NextEpoch = 5;

    public void AddTo(Answerer answerer)
    {
        answerer.Add("InitProducerId", call =>
        {
            var (id, epoch) = cluster.Transactions.Begin(call.Request.TextOrNull("transactionalId"));
            return new Message { ["producerId"] = id, ["producerEpoch"] = epoch };
        });
        answerer.Add("AddPartitionsToTxn", AddPartitions);
        answerer.Add("AddOffsetsToTxn", call => new Message { ["errorCode"] = (short)Use(call.Request, _ => { }) });
        answerer.Add("EndTxn", End);
        answerer.Add("TxnOffsetCommit", CommitOffsets);
        answerer.Add("ListTransactions", _ => new Message { ["transactions"] = Describe() });
        answerer.Add("DescribeTransactions", call => new Message
        {
            ["transactions"] = Describe()
                .Where(t => call.Request.Texts("ids").Contains(t.Text("transactionalId"))).ToList(),
        });
    }

    private List<Message> Describe() => [.. cluster.Transactions.All.Select(t => new Message
    {
        ["transactionalId"] = t.Id,
        ["producerId"] = t.ProducerId,
        ["producerEpoch"] = t.Epoch,
        ["state"] = t.IsOpen ? "Ongoing" : "CompleteCommit",
    })];

    private ErrorCode Use(Message request, Action<Transactions.Transaction> use) => cluster.Transactions.Use(
        request.Text("transactionalId"), request.Number("producerId"), request.Number("producerEpoch"), use);

    private Message AddPartitions(Call call) => call.Version < Batched ? Add(call.Request) : new Message
    {
        ["transactions"] = call.Request.Parts("transactions").Select(Add).ToList(),
    };

    private Message Add(Message request)
    {
        var error = Use(request, transaction =>
        {
            foreach (var (topic, partition) in Partitions(request))
            {
                transaction.Partitions.Add((topic, partition));
            }
        });
        return new Message
        {
            ["transactionalId"] = request.Text("transactionalId"),
            ["topics"] = request.Parts("topics").Select(t => new Message
            {
                ["name"] = t.Text("name"),
                ["partitions"] = t.Wholes("partitions").Select(
                    p => new Message { ["index"] = p, ["errorCode"] = (short)error }).ToList(),
            }).ToList(),
        };
    }

    private IEnumerable<(Topic Topic, Partition Partition)> Partitions(Message request) =>
        from wanted in request.Parts("topics")
        let topic = cluster.FindTopic(wanted.Text("name"))
        where topic is not null
        from index in wanted.Wholes("partitions")
        let partition = topic.Find(index)
        where partition is not null
        select (topic, partition);

    private Message End(Call call)
    {
        var request = call.Request;
        var (error, epoch) = cluster.Transactions.End(
            request.Text("transactionalId"), request.Number("producerId"), request.Number("producerEpoch"),
            request.Flag("committed"), call.Version >= NextEpoch);
        cluster.Changed();
        return new Message
        {
            ["errorCode"] = (short)error,
            ["producerId"] = request.Number("producerId"),
            ["producerEpoch"] = epoch,
        };
    }

    private Message CommitOffsets(Call call)
    {
        var committer = cluster.Group(call.Request.Text("groupId"));
        var error = Use(call.Request, transaction => transaction.Offsets.AddRange(
            from topic in call.Request.Parts("topics")
            from partition in topic.Parts("partitions")
            select (committer, topic.Text("name"), partition.Whole("index"), OffsetAnswers.Offset(partition))));
        return new Message
        {
            ["topics"] = call.Request.Parts("topics").Select(t => new Message
            {
                ["name"] = t.Text("name"),
                ["partitions"] = t.Parts("partitions").Select(
                    p => new Message { ["index"] = p.Whole("index"), ["errorCode"] = (short)error }).ToList(),
            }).ToList(),
        };
    }
}
