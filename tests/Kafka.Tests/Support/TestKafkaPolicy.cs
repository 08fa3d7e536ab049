using System.Collections.Immutable;
using Jumpgate.Kafka.Connections;
using Jumpgate.Policy.Kafka;

namespace Jumpgate.Kafka.Tests.Support;

/// <summary>Topics, groups and APIs that are denied; everything else is allowed.</summary>
internal sealed class TestKafkaPolicy : IKafkaPolicy, IKafkaPolicySource
{
    public ulong Revision { get; set; } = 1;

    public string Meaning { get; set; } = "";

    public HashSet<string> DeniedTopics { get; } = [];

    public HashSet<string> DeniedGroups { get; } = [];

    public HashSet<KafkaApi> DeniedApis { get; } = [];

    /// <summary>Denies topics, groups and transactional ids by their names; and topic ids that have none.</summary>
    public Func<string, bool>? Denies { get; set; }

    public bool IsPerTopic { get; set; }

    public List<KafkaRequest> Asked { get; } = [];

    public IKafkaPolicy Current => this;

    public KafkaDecision Decide(KafkaRequest request)
    {
        lock (Asked)
        {
            Asked.Add(request);
        }

        ImmutableArray<string> denied = [.. request.Topics.Where(IsDenied)];
        var denial = DeniedApis.Contains(request.Api) ? KafkaDenial.Cluster
            : request.Groups.Any(g => DeniedGroups.Contains(g) || Denies?.Invoke(g) is true) ? KafkaDenial.Group
            : request.TransactionalIds.Any(t => Denies?.Invoke(t) is true) ? KafkaDenial.TransactionalId
            : denied.IsEmpty && (IsEveryTopicAllowed || !NeedsEveryTopic(request)) ? KafkaDenial.None
            : KafkaDenial.Topic;
        var isRestLeft = request.Topics.Length > denied.Length;
        return new KafkaDecision(
            denial == KafkaDenial.None ? KafkaVerdict.Allowed : KafkaVerdict.Denied,
            denial,
            denial == KafkaDenial.Topic ? denied : [],
            IsPerTopic && denial == KafkaDenial.Topic && isRestLeft,
            null)
        {
            DeniesUnknownTopicId = denial == KafkaDenial.Topic && request.HasUnknownTopicId,
        };
    }

    public bool Grants(KafkaApi api) => !DeniedApis.Contains(api);

    public bool Shows(KafkaRequest request, string? topic) =>
        topic is null ? IsEveryTopicAllowed : !IsDenied(topic);

    private bool IsEveryTopicAllowed => DeniedTopics.Count == 0 && Denies is null;

    private static bool NeedsEveryTopic(KafkaRequest request) =>
        request.HasUnknownTopicId || (request.AllTopics && !KafkaApis.FiltersAllTopics(request.Api));

    private bool IsDenied(string topic) => DeniedTopics.Contains(topic) || Denies?.Invoke(topic) is true;
}
