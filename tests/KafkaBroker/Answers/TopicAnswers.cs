using Jumpgate.KafkaBroker.Apis;
using Jumpgate.KafkaBroker.Serving;
using Jumpgate.KafkaBroker.Storage;
using Jumpgate.KafkaBroker.Wire;

namespace Jumpgate.KafkaBroker.Answers;

/// <summary>Which topics and brokers there are.</summary>
internal sealed class TopicAnswers(Cluster cluster)
{
    public void AddTo(Answerer answerer)
    {
        answerer.Add("Metadata", Metadata);
        answerer.Add("DescribeTopicPartitions", DescribeTopicPartitions);
        answerer.Add("DescribeCluster", DescribeCluster);
    }

    private List<Message> Brokers => [.. cluster.Nodes.Select(n => new Message
    {
        ["nodeId"] = n.Id,
        ["host"] = n.Host,
        ["port"] = n.Port,
    })];

    private Message Metadata(Call call)
    {
        var request = call.Request;
        var wanted = request.Parts("topics").ToList();
        // No list at all, and in version 0 an empty one, asks for everything.
        var all = !request.Has("topics") || (call.Version == 0 && wanted.Count == 0);
        var create = cluster.CreatesTopics && (call.Version < 4 || request.Flag("allowAutoTopicCreation"));
        return new Message
        {
            ["brokers"] = Brokers,
            ["clusterId"] = Cluster.Id,
            ["controllerId"] = cluster.Nodes[0].Id,
            ["topics"] = all
                ? cluster.Topics.OrderBy(t => t.Name, StringComparer.Ordinal).Select(Describe).ToList()
                : wanted.Select(w => Describe(w, create)).ToList(),
        };
    }

    private Message Describe(Message wanted, bool create)
    {
        if (wanted.TextOrNull("name") is not { } name)
        {
            return cluster.FindTopic(wanted.Id("topicId")) is { } byId ? Describe(byId) : new Message
            {
                ["errorCode"] = (short)ErrorCode.UnknownTopicId,
                ["topicId"] = wanted.Id("topicId"),
            };
        }

        var topic = cluster.FindTopic(name) ?? (create ? cluster.AddTopic(name) : null);
        return topic is not null ? Describe(topic) : new Message
        {
            ["errorCode"] = (short)ErrorCode.UnknownTopicOrPartition,
            ["name"] = name,
        };
    }

    private Message Describe(Topic topic) => new()
    {
        ["name"] = topic.Name,
        ["topicId"] = topic.Id,
        ["partitions"] = topic.Partitions.Select(p => Describe(topic, p)).ToList(),
    };

    private Message Describe(Topic topic, Partition partition)
    {
        var leader = cluster.Leader(topic, partition).Id;
        return new Message
        {
            ["index"] = partition.Index,
            ["leader"] = leader,
            ["leaderEpoch"] = 0,
            ["replicas"] = new[] { leader },
            ["isr"] = new[] { leader },
        };
    }

    private Message DescribeTopicPartitions(Call call) => new()
    {
        ["topics"] = call.Request.Parts("topics").Select(w => Describe(w, create: false)).ToList(),
        ["nextCursor"] = null,
    };

    private Message DescribeCluster(Call call) => new()
    {
        ["clusterId"] = Cluster.Id,
        ["controllerId"] = cluster.Nodes[0].Id,
        ["brokers"] = Brokers,
    };
}
