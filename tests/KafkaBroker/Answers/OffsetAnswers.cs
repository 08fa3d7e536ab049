using Jumpgate.KafkaBroker.Apis;
using Jumpgate.KafkaBroker.Groups;
using Jumpgate.KafkaBroker.Serving;
using Jumpgate.KafkaBroker.Wire;

namespace Jumpgate.KafkaBroker.Answers;

/// <summary>Offsets of groups.</summary>
internal sealed class OffsetAnswers(Cluster cluster)
{
    private const int BatchedFetch = 8;

    public void AddTo(Answerer answerer)
    {
        answerer.Add("OffsetCommit", call => ForPartitions(call, Commit));
        answerer.Add("OffsetDelete", call => ForPartitions(call, (group, topic, partition) =>
            group.Forget(topic, partition.Whole("index"))));
        answerer.Add("OffsetFetch", Fetch);
    }

    internal static CommittedOffset Offset(Message partition) =>
        new(partition.Number("offset"), (int)partition.Number("leaderEpoch"), partition.TextOrNull("metadata"));

    private static void Commit(Group group, string topic, Message partition) =>
        group.Commit(topic, partition.Whole("index"), Offset(partition));

    private Message ForPartitions(Call call, Action<Group, string, Message> act)
    {
        var group = cluster.Group(call.Request.Text("groupId"));
        return new Message
        {
            ["topics"] = call.Request.Parts("topics").Select(t => new Message
            {
                ["name"] = t.Text("name"),
                ["partitions"] = t.Parts("partitions").Select(p =>
                {
                    act(group, t.Text("name"), p);
                    return new Message { ["index"] = p.Whole("index"), ["errorCode"] = (short)ErrorCode.None };
                }).ToList(),
            }).ToList(),
        };
    }

    private Message Fetch(Call call) => call.Version < BatchedFetch ? One(call.Request) : new Message
    {
        ["groups"] = call.Request.Parts("groups").Select(One).ToList(),
    };

    private Message One(Message request)
    {
        var group = cluster.Group(request.Text("groupId"));
        var wanted = request.Has("topics")
            ? request.Parts("topics").Select(t => (Topic: t.Text("name"), Partitions: t.Wholes("partitions").ToList()))
            : group.CommittedPartitions.GroupBy(c => c.Topic)
            .Select(g => (Topic: g.Key, Partitions: g.Select(c => c.Partition).ToList()));
        return new Message
        {
            ["groupId"] = group.Id,
            ["topics"] = wanted.Select(w => new Message
            {
                ["name"] = w.Topic,
                ["partitions"] = w.Partitions.Select(index =>
                {
                    var offset = group.Committed(w.Topic, index) ?? new CommittedOffset(-1, -1, "");
                    return new Message
                    {
                        ["index"] = index,
                        ["offset"] = offset.Offset,
                        ["leaderEpoch"] = offset.LeaderEpoch,
                        ["metadata"] = offset.Metadata,
                    };
                }).ToList(),
            }).ToList(),
        };
    }
}
