using System.Collections.Immutable;

namespace Jumpgate.Policy.Kafka.Rules;

/// <summary>Finds out what of a request was not covered.</summary>
internal static class KafkaRefusal
{
    /// <summary>See <see cref="KafkaDenial"/>.</summary>
    public static KafkaDenial DenialOf(
        ImmutableArray<CompiledKafkaRule> rules, KafkaMatcher matcher, in KafkaScope scope)
    {
        var request = scope.Request;
        var granting = matcher.RulesOf(request.Api).Select(i => rules[i]).Where(rule => rule.Fits(request)).ToList();
        if (granting.Count == 0)
        {
            return scope.CarriesTopics ? KafkaDenial.Topic
                : !request.Groups.IsEmpty ? KafkaDenial.Group
                : !request.TransactionalIds.IsEmpty ? KafkaDenial.TransactionalId
                : KafkaDenial.Cluster;
        }

        var (carriesIds, carriesGroups) = (scope.CarriesTransactionalIds, scope.CarriesGroups);
        var denial = scope.CarriesTopics ? KafkaDenial.Topic : KafkaDenial.Cluster;
        foreach (var id in scope.TransactionalIds)
        {
            var fitting = granting.FindAll(rule => rule.FitsTransactionalId(carriesIds, id));
            if (fitting.Count == 0)
            {
                return KafkaDenial.TransactionalId;
            }

            // Where no rule has a group, one group is as good as another.
            if (fitting.Exists(rule => rule.HasGroup)
                && scope.Groups.Any(group => !fitting.Exists(rule => rule.FitsGroup(carriesGroups, group))))
            {
                denial = KafkaDenial.Group;
            }
        }

        return denial;
    }

    public static bool LeavesUnknownTopic(KafkaMatcher matcher, KafkaRequest request) =>
        request.HasUnknownTopicId && !matcher.CoversUnknownTopic(request);

    /// <summary>What is left to forward.</summary>
    public static KafkaRequest Without(KafkaRequest request, ImmutableArray<string> topics, bool unknownTopic)
    {
        var taken = topics.ToHashSet(StringComparer.Ordinal);
        return request with
        {
            Topics = request.Topics.RemoveAll(taken.Contains),
            HasUnknownTopicId = request.HasUnknownTopicId && !unknownTopic,
        };
    }
}
