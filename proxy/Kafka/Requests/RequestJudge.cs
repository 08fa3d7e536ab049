using System.Collections.Immutable;
using Jumpgate.Kafka.Connections;
using Jumpgate.Policy.Kafka;

namespace Jumpgate.Kafka.Requests;

/// <summary>Puts a request's facts in policy's words, and asks.</summary>
internal sealed class RequestJudge(IKafkaPolicySource policies, TopicIdTable ids)
{
    private static readonly HashSet<UInt128> s_none = [];

    public Judgement Judge(RequestHeader header, RequestFacts facts)
    {
        var policy = policies.Current;
        var unknown = s_none;
        Dictionary<UInt128, string>? resolved = null;
        foreach (var id in facts.TopicIds)
        {
            if (ids.Find(id) is { } name)
            {
                (resolved ??= [])[id] = name;
            }
            else
            {
                (unknown = ReferenceEquals(unknown, s_none) ? [] : unknown).Add(id);
            }
        }

        if (facts.HasNamelessTopic)
        {
            // No topic has that id, so that a broker knows it as little.
            (unknown = ReferenceEquals(unknown, s_none) ? [] : unknown).Add(default);
        }

        var api = header.Api.Api;
        var coordinator = api == KafkaApi.FindCoordinator ? (KafkaCoordinatorType?)facts.CoordinatorType : null;
        var request = new KafkaRequest
        {
            Api = api,
            Version = header.Version,
            ClientId = header.ClientId,
            Topics = resolved is null ? [.. facts.Topics] : [.. facts.Topics.Union(resolved.Values)],
            AllTopics = facts.HasNullTopics || (facts.HasEmptyTopics && IsAllWhereEmpty(api, header.Version)),
            // What Metadata tells of an unknown id is looked at in its reply, and teaches the id.
            HasUnknownTopicId = facts.HasNamelessTopic || facts.IsOpaque
                || (unknown.Count > 0 && api != KafkaApi.Metadata),
            HasOtherResources = facts.HasOtherResources,
            Groups = Of(facts.Groups, facts, coordinator, KafkaCoordinatorType.Group),
            TransactionalIds = Of(facts.TransactionalIds, facts, coordinator, KafkaCoordinatorType.Transaction),
            Coordinator = coordinator,
        };
        var decision = policy.Decide(request);
        var denied = resolved is null || decision.DeniedTopics.IsEmpty
            ? s_none
            : resolved.Where(r => decision.DeniedTopics.Contains(r.Value)).Select(r => r.Key).ToHashSet();
        return new Judgement(request, decision, policy, unknown, denied);
    }

    private static bool IsAllWhereEmpty(KafkaApi api, short version) =>
        api == KafkaApi.DescribeTopicPartitions || (api == KafkaApi.Metadata && version == 0);

    private static ImmutableArray<string> Of(
        HashSet<string> named, RequestFacts facts, KafkaCoordinatorType? asked, KafkaCoordinatorType type) =>
        asked == type ? [.. named.Union(facts.CoordinatorKeys)] : [.. named];
}
