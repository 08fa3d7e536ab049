using Jumpgate.Policy.Kafka;
using Jumpgate.Policy.Snapshots;
using Jumpgate.Policy.Tests.Http.Rules;
using static Jumpgate.Policy.Tests.Snapshots.Build;

namespace Jumpgate.Policy.Tests.Kafka;

/// <summary>Kafka requests in few words.</summary>
internal static class AskKafka
{
    /// <summary>Client and server with these Kafka rules at the server's port 80.</summary>
    public static ConnectionPolicy Policy(params string[] rules) => Ask.Pair()
        .Rule(Ingress("app=server", Entry(Endpoints("app=client"), KafkaPorts("80/tcp", rules))))
        .Resolve("client", "server");

    /// <summary>Likewise, with the annotation that answers per topic.</summary>
    public static ConnectionPolicy PerTopic(params string[] rules) => Ask.Pair()
        .Document(Document("p", Ingress("app=server", Entry(Endpoints("app=client"), KafkaPorts("80/tcp", rules)))) with
        {
            KafkaPerTopic = true,
        })
        .Resolve("client", "server");

    public static KafkaDecision Kafka(this ConnectionPolicy policy, string request) => policy.Decide(Request(request));

    public static KafkaVerdict Verdict(this ConnectionPolicy policy, string request) => policy.Kafka(request).Verdict;

    /// <summary>
    /// The denial's code in a word and the topics, as <c>Topic a,b</c>; <c>ok</c> where it is allowed.
    /// </summary>
    public static string Answer(this ConnectionPolicy policy, string request)
    {
        var decision = policy.Kafka(request);
        var topics = string.Join(',', decision.DeniedTopics) + (decision.DeniesUnknownTopicId ? "?" : "");
        return decision.Verdict == KafkaVerdict.Allowed ? "ok"
            : $"{decision.Denial}{(topics.Length > 0 ? " " : "")}{topics}{(decision.PerTopic ? " per topic" : "")}";
    }

    /// <summary>
    /// Requests as <c>Produce a b client=c version=3 group=g txn=x</c>: bare words are topics, <c>*</c> all of them,
    /// <c>?</c> an unknown id, <c>+</c> a resource that is no topic; FindCoordinator's <c>key=</c> is its type.
    /// </summary>
    public static KafkaRequest Request(string text)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var request = new KafkaRequest { Api = Enum.Parse<KafkaApi>(words[0]), Version = 3, ClientId = null };
        foreach (var word in words.Skip(1).Select(w => w.Split('=', 2)))
        {
            request = word switch
            {
                ["client", var id] => request with { ClientId = id },
                ["version", var version] => request with { Version = short.Parse(version) },
                ["group", var group] => request with { Groups = request.Groups.Add(group) },
                ["txn", var id] => request with { TransactionalIds = request.TransactionalIds.Add(id) },
                ["key", var type] => request with { Coordinator = Enum.Parse<KafkaCoordinatorType>(type) },
                ["*"] => request with { AllTopics = true },
                ["?"] => request with { HasUnknownTopicId = true },
                ["+"] => request with { HasOtherResources = true },
                [var topic] => request with { Topics = request.Topics.Add(topic) },
                _ => throw new ArgumentException(text, nameof(text)),
            };
        }

        return request;
    }
}
