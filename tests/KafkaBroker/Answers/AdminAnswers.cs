using Jumpgate.KafkaBroker.Apis;
using Jumpgate.KafkaBroker.Serving;
using Jumpgate.KafkaBroker.Storage;
using Jumpgate.KafkaBroker.Wire;

namespace Jumpgate.KafkaBroker.Answers;

/// <summary>Making and removing topics, and settings, of which there is one for every topic.</summary>
internal sealed class AdminAnswers(Cluster cluster)
{
    private const int ById = 6;

    public void AddTo(Answerer answerer)
    {
        answerer.Add("CreateTopics", call => Message.Of(
            "topics", call.Request.Parts("topics").Select(t => Create(t, call.Request.Flag("validateOnly")))));
        answerer.Add("DeleteTopics", call => Message.Of("topics", call.Version < ById
            ? call.Request.Texts("names").Select(n => Delete(n, cluster.FindTopic(n)))
            : call.Request.Parts("topics").Select(Delete)));
        answerer.Add("CreatePartitions", call => Message.Of("topics", call.Request.Parts("topics").Select(Grow)));
        answerer.Add("DeleteRecords", call => Message.Of("topics", call.Request.Parts("topics").Select(DeleteRecords)));
        answerer.Add("DescribeConfigs", call => Message.Of("results", call.Request.Parts("resources").Select(Configs)));
        answerer.Add("AlterConfigs", Altered);
        answerer.Add("IncrementalAlterConfigs", Altered);
        answerer.Add("DescribeAcls", _ => new Message
        {
            ["errorCode"] = (short)ErrorCode.SecurityDisabled,
            ["errorMessage"] = "No Authorizer is configured on the broker",
        });
    }

    private static Message Altered(Call call) => new()
    {
        ["responses"] = call.Request.Parts("resources").Select(
            r => new Message { ["type"] = r.Number("type"), ["name"] = r.Text("name") }).ToList(),
    };

    private Message Create(Message wanted, bool onlyValidate)
    {
        var name = wanted.Text("name");
        var count = Math.Max(1, Math.Max((int)wanted.Number("partitions"), wanted.Parts("assignments").Count()));
        var exists = cluster.FindTopic(name) is not null;
        var topic = exists || onlyValidate ? null : cluster.AddTopic(name, count);
        return new Message
        {
            ["name"] = name,
            ["topicId"] = topic?.Id ?? Guid.Empty,
            ["errorCode"] = (short)(exists ? ErrorCode.TopicAlreadyExists : ErrorCode.None),
            ["errorMessage"] = exists ? $"Topic '{name}' already exists." : null,
            ["partitions"] = count,
            ["replication"] = 1,
        };
    }

    private Message Delete(Message wanted) => Delete(
        wanted.TextOrNull("name"),
        wanted.TextOrNull("name") is { } name ? cluster.FindTopic(name) : cluster.FindTopic(wanted.Id("topicId")));

    /// <summary>Says where the topic begins, and keeps everything.</summary>
    private Message DeleteRecords(Message wanted) => new()
    {
        ["name"] = wanted.Text("name"),
        ["partitions"] = wanted.Parts("partitions").Select(p => new Message
        {
            ["index"] = p.Whole("index"),
            ["lowWatermark"] = cluster.FindTopic(wanted.Text("name"))?.Find(p.Whole("index"))?.Start ?? -1,
        }).ToList(),
    };

    private Message Delete(string? name, Topic? topic) => new()
    {
        ["name"] = topic?.Name ?? name,
        ["topicId"] = topic?.Id ?? Guid.Empty,
        ["errorCode"] = (short)(topic is not null && cluster.RemoveTopic(topic.Name)
            ? ErrorCode.None : ErrorCode.UnknownTopicOrPartition),
    };

    private Message Grow(Message wanted)
    {
        var topic = cluster.FindTopic(wanted.Text("name"));
        var fits = topic is not null && wanted.Number("count") > topic.Partitions.Count;
        if (fits)
        {
            topic!.Grow(wanted.Whole("count"));
        }

        return new Message
        {
            ["name"] = wanted.Text("name"),
            ["errorCode"] = (short)(topic is null ? ErrorCode.UnknownTopicOrPartition
                : fits ? ErrorCode.None : ErrorCode.InvalidPartitions),
        };
    }

    private Message Configs(Message resource)
    {
        const int Topics = 2;
        var isUnknown = resource.Number("type") == Topics && cluster.FindTopic(resource.Text("name")) is null;
        return new Message
        {
            ["errorCode"] = (short)(isUnknown ? ErrorCode.UnknownTopicOrPartition : ErrorCode.None),
            ["type"] = resource.Number("type"),
            ["name"] = resource.Text("name"),
            ["configs"] = isUnknown ? null : new[]
            {
                new Message { ["name"] = "cleanup.policy", ["value"] = "delete", ["source"] = 5, ["isDefault"] = true },
            },
        };
    }
}
