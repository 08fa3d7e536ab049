using System.Net;
using Jumpgate.KafkaBroker.Apis;
using Jumpgate.KafkaBroker.Wire;

namespace Jumpgate.KafkaBroker.Serving;

/// <summary>What a request names.</summary>
internal sealed class Notes(Cluster cluster)
{
    private readonly List<string> _topics = [];
    private readonly List<string> _groups = [];
    private readonly List<string> _transactions = [];

    public void Add(string meaning, object value)
    {
        var (to, text) = meaning switch
        {
            "topicid" when (Guid)value == Guid.Empty => (null, null),
            "topicid" => (_topics, cluster.FindTopic((Guid)value)?.Name ?? value.ToString()),
            "group" => (_groups, (string)value),
            "txn" => (_transactions, (string)value),
            _ => (_topics, (string)value),
        };
        if (to is not null && !to.Contains(text!))
        {
            to.Add(text!);
        }
    }

    /// <summary>Names whose meaning depends on another field.</summary>
    public void AddUntyped(ApiLayout api, Message request)
    {
        const int TopicResource = 2;
        switch (api.Name)
        {
            case "FindCoordinator":
                var meaning = request.Number("keyType") == 1 ? "txn" : "group";
                foreach (var key in request.Texts("keys").Append(request.TextOrNull("key")).OfType<string>())
                {
                    Add(meaning, key);
                }

                break;
            case "DescribeConfigs" or "AlterConfigs" or "IncrementalAlterConfigs":
                foreach (var resource in request.Parts("resources").Where(r => r.Number("type") == TopicResource))
                {
                    Add("topic", resource.Text("name"));
                }

                break;
            default:
                break;
        }
    }

    public Arrival ToSeen(int node, ApiLayout api, short version, string? clientId, IPEndPoint from) =>
        new(node, api.Name, version, clientId, from, _topics, _groups, _transactions);
}
