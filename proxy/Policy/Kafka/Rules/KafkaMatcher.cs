using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Jumpgate.Policy.Kafka.Rules;

/// <summary>Finds the rules that cover a request. Rules are named by their index, in document order.</summary>
internal sealed class KafkaMatcher
{
    public const int None = -1;

    private readonly ImmutableArray<CompiledKafkaRule> _rules;
    private readonly TopicIndex _topics;
    private readonly ApiIndex _apis;
    private readonly bool _hasGroups;
    private readonly bool _hasTransactionalIds;

    public KafkaMatcher(ImmutableArray<CompiledKafkaRule> rules)
    {
        _rules = rules;
        _topics = new TopicIndex(rules);
        _apis = new ApiIndex(rules);
        _hasGroups = rules.Any(r => r.HasGroup);
        _hasTransactionalIds = rules.Any(r => r.HasTransactionalId);
    }

    /// <summary>The rules that grant the API something.</summary>
    public ImmutableArray<int> RulesOf(KafkaApi api) => _apis.Of(api);

    /// <summary>
    /// The first rule that covers the request (of several topics: the first's); <see cref="None"/> where something of
    /// it is not covered. Allocates nothing where the request carries at most one group and transactional id.
    /// </summary>
    /// <param name="topic">Null: all that the request asks for. Else this topic alone.</param>
    public int FindCover(in KafkaScope scope, string? topic)
    {
        if (scope.IsSingle)
        {
            return FindCover(scope, scope.Groups[0], scope.TransactionalIds[0], topic);
        }

        var first = None;
        foreach (var (group, id) in Combinations(scope))
        {
            var cover = FindCover(scope, group, id, topic);
            if (cover == None)
            {
                return None;
            }

            first = first == None ? cover : first;
        }

        return first;
    }

    /// <summary>Whether a topic in the request would be covered by whatever name.</summary>
    public bool CoversUnknownTopic(KafkaRequest request) => None != FindCover(
        new KafkaScope(request with
        {
            Topics = [],
            AllTopics = false,
            HasUnknownTopicId = true,
            HasOtherResources = false,
        }),
        null);

    /// <summary>The request's topics that are not covered, in its order.</summary>
    public ImmutableArray<string> FindUncovered(KafkaScope scope)
    {
        List<(string? Group, string? TransactionalId)> pairs =
            scope.IsSingle ? [(scope.Groups[0], scope.TransactionalIds[0])] : Combinations(scope);
        return scope.Request.Topics.RemoveAll(
            topic => pairs.TrueForAll(pair => FindTopic(scope, pair.Group, pair.TransactionalId, topic) != None));
    }

    /// <summary>The pairs of a group and a transactional id for which different rules are in question.</summary>
    private List<(string? Group, string? TransactionalId)> Combinations(in KafkaScope scope)
    {
        var pairs = new List<(string?, string?)>();
        var seen = new HashSet<string>();
        foreach (var id in _hasTransactionalIds ? scope.TransactionalIds : [scope.TransactionalIds[0]])
        {
            foreach (var group in _hasGroups ? scope.Groups : [scope.Groups[0]])
            {
                var fitting = new List<int>();
                foreach (var rule in _apis.Of(scope.Request.Api))
                {
                    if (scope.Fits(_rules[rule], group, id))
                    {
                        fitting.Add(rule);
                    }
                }

                if (seen.Add(MemoryMarshal.Cast<int, char>(CollectionsMarshal.AsSpan(fitting)).ToString()))
                {
                    pairs.Add((group, id));
                }
            }
        }

        return pairs;
    }

    private int FindCover(in KafkaScope scope, string? group, string? id, string? topic) =>
        topic is null ? FindWhole(scope, group, id) : FindTopic(scope, group, id, topic);

    private int FindWhole(in KafkaScope scope, string? group, string? id)
    {
        var request = scope.Request;
        var first = None;
        foreach (var topic in request.Topics)
        {
            var cover = FindTopic(scope, group, id, topic);
            if (cover == None)
            {
                return None;
            }

            first = first == None ? cover : first;
        }

        if (request.HasUnknownTopicId && !Add(First(_topics.Every, scope, group, id), ref first))
        {
            return None;
        }

        if (request.AllTopics && !Add(
            First(KafkaApis.FiltersAllTopics(request.Api)
                ? _apis.Of(request.Api).AsSpan() : _topics.Every, scope, group, id),
            ref first))
        {
            return None;
        }

        if (request.HasOtherResources && !Add(First(_topics.Topicless, scope, group, id), ref first))
        {
            return None;
        }

        if (first == None)
        {
            var isEnough = !KafkaApis.CarriesTopics(request.Api) || KafkaApis.MayLackTopics(request.Api);
            first = First(isEnough ? _apis.Of(request.Api).AsSpan() : _topics.Topicless, scope, group, id);
        }

        return first;
    }

    private int FindTopic(in KafkaScope scope, string? group, string? id, string topic)
    {
        var best = int.MaxValue;
        var matches = _topics.Find(topic);
        while (matches.MoveNext())
        {
            var found = First(matches.Current, scope, group, id);
            best = found != None ? Math.Min(best, found) : best;
        }

        return best == int.MaxValue ? None : best;
    }

    private int First(ReadOnlySpan<int> candidates, in KafkaScope scope, string? group, string? id)
    {
        foreach (var candidate in candidates)
        {
            if (scope.Fits(_rules[candidate], group, id))
            {
                return candidate;
            }
        }

        return None;
    }

    private static bool Add(int cover, ref int first)
    {
        first = first == None ? cover : first;
        return cover != None;
    }
}
