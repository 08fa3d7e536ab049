using Jumpgate.KafkaBroker.Apis;
using Jumpgate.KafkaBroker.Serving;
using Jumpgate.KafkaBroker.Storage;
using Jumpgate.KafkaBroker.Wire;

namespace Jumpgate.KafkaBroker.Answers;

/// <summary>Records, in and out.</summary>
internal sealed class RecordAnswers(Cluster cluster)
{
    private const long Latest = -1;
    private const long Earliest = -2;

    public void AddTo(Answerer answerer)
    {
        answerer.Add("Produce", call => ValueTask.FromResult(Produce(call)));
        answerer.Add("Fetch", FetchAsync);
        answerer.Add("ListOffsets", ListOffsets);
        answerer.Add("OffsetForLeaderEpoch", OffsetForLeaderEpoch);
    }

    private Message? Produce(Call call)
    {
        var reply = ForPartitions(call, ErrorCode.UnknownTopicId, (partition, wanted) =>
        {
            var (offset, error) = partition.Append(wanted.Bytes("records"));
            return new Message
            {
                ["errorCode"] = (short)error,
                ["baseOffset"] = offset,
                ["logStart"] = partition.Start
            };
        });
        cluster.Changed();
        return call.Request.Whole("acks") == 0 ? null : reply;
    }

    private async ValueTask<Message?> FetchAsync(Call call)
    {
        var request = call.Request;
        var until = Environment.TickCount64 + request.Number("maxWaitMs");
        while (true)
        {
            var changed = cluster.NextChange;
            var reply = Fetch(call, out var total, out var failed);
            var left = until - Environment.TickCount64;
            if (failed || total >= request.Number("minBytes") || left <= 0)
            {
                return reply;
            }

            try
            {
                await changed.WaitAsync(TimeSpan.FromMilliseconds(left), call.Gone);
            }
            catch (TimeoutException)
            {
                return reply;
            }
        }
    }

    private Message Fetch(Call call, out long total, out bool failed)
    {
        var budget = call.Version >= 3 ? call.Request.Number("maxBytes") : int.MaxValue;
        var onlyStable = call.Request.Number("isolationLevel") == 1;
        var (sum, wrong) = (0L, false);
        var reply = ForPartitions(call, ErrorCode.UnknownTopicId, (partition, wanted) =>
        {
            var offset = wanted.Number("offset");
            var answer =
                new Message { ["highWatermark"] = partition.HighWatermark, ["lastStable"] = partition.LastStable };
            answer["logStart"] = partition.Start;
            if (offset < partition.Start || offset > partition.HighWatermark)
            {
                wrong = true;
                answer["errorCode"] = (short)ErrorCode.OffsetOutOfRange;
                return answer;
            }

            var limit = (int)Math.Min(wanted.Number("maxBytes"), budget - sum);
            IReadOnlyList<ReadOnlyMemory<byte>> records = sum > 0 && limit <= 0
                ? [] : partition.Read(offset, limit, onlyStable, out var _);
            sum += records.Sum(r => (long)r.Length);
            answer["records"] = records;
            answer["aborted"] = onlyStable
                ? partition.Aborted(offset)
                .Select(a => new Message { ["producerId"] = a.ProducerId, ["firstOffset"] = a.First }).ToList()
                : null;
            return answer;
        });
        (total, failed) = (sum, wrong || ((IEnumerable<Message>)reply["topics"]!).Any(
            t => t.Parts("partitions").Any(p => p.Number("errorCode") != 0)));
        return reply;
    }

    private Message ListOffsets(Call call) =>
        ForPartitions(call, ErrorCode.UnknownTopicOrPartition, (partition, wanted) =>
    {
        var offset = wanted.Number("timestamp") switch
        {
            Latest => call.Request.Number("isolationLevel") == 1 ? partition.LastStable : partition.HighWatermark,
            Earliest => partition.Start,
            _ => -1,
        };
        return new Message { ["offset"] = offset, ["leaderEpoch"] = 0, ["oldOffsets"] = new[] { offset } };
    });

    private Message OffsetForLeaderEpoch(Call call) =>
        ForPartitions(call, ErrorCode.UnknownTopicOrPartition, (partition, _) =>
        new Message { ["leaderEpoch"] = 0, ["endOffset"] = partition.HighWatermark });

    /// <summary>
    /// A reply by topics and partitions as they were asked for, those that this node does not lead refused.
    /// </summary>
    private Message ForPartitions(Call call, ErrorCode unknownId, Func<Partition, Message, Message> answer)
    {
        var topics = new List<Message>();
        foreach (var wanted in call.Request.Parts("topics"))
        {
            var name = wanted.TextOrNull("name");
            var topic = name is null ? cluster.FindTopic(wanted.Id("topicId")) : cluster.FindTopic(name);
            topics.Add(new Message
            {
                ["name"] = name,
                ["topicId"] = wanted.Id("topicId"),
                ["partitions"] = wanted.Parts("partitions").Select(p =>
                {
                    var partition = topic?.Find(p.Whole("index"));
                    var reply = partition is null
                        ? Refused(topic is null && name is null ? unknownId : ErrorCode.UnknownTopicOrPartition)
                        : cluster.Leader(topic!, partition) != call.Node ? Refused(ErrorCode.NotLeaderOrFollower)
                        : answer(partition, p);
                    reply["index"] = p.Whole("index");
                    return (object?)reply;
                }).ToList(),
            });
        }

        return new Message { ["topics"] = topics };
    }

    private static Message Refused(ErrorCode error) =>
        new() { ["errorCode"] = (short)error, ["baseOffset"] = -1L, ["highWatermark"] = -1L };
}
