using System.Collections.Immutable;

namespace Jumpgate.Policy.Kafka.Rules;

/// <summary>
/// What rules are asked for beside topics: the groups and transactional ids that a request carries. A request with
/// several of them counts as one request for each: every combination has to be covered, by whichever rules.
/// </summary>
internal readonly struct KafkaScope
{
    private static readonly ImmutableArray<string?> s_none = [null];

    public KafkaScope(KafkaRequest request)
    {
        Request = request;
        // Where the tables here and the filter's disagree, what is there counts.
        CarriesGroups = !request.Groups.IsEmpty || KafkaApis.CarriesGroups(request.Api, request.Coordinator);
        CarriesTransactionalIds = !request.TransactionalIds.IsEmpty
            || KafkaApis.CarriesTransactionalIds(request.Api, request.Coordinator);
        Groups = request.Groups.IsEmpty ? s_none : ImmutableArray<string?>.CastUp(request.Groups);
        TransactionalIds = request.TransactionalIds.IsEmpty
            ? s_none : ImmutableArray<string?>.CastUp(request.TransactionalIds);
    }

    public KafkaRequest Request { get; }

    public bool CarriesGroups { get; }

    public bool CarriesTransactionalIds { get; }

    /// <summary>Never empty: null stands for none.</summary>
    public ImmutableArray<string?> Groups { get; }

    public ImmutableArray<string?> TransactionalIds { get; }

    public bool IsSingle => Groups.Length == 1 && TransactionalIds.Length == 1;

    public bool CarriesTopics =>
        !Request.Topics.IsEmpty || Request.AllTopics || Request.HasUnknownTopicId;

    /// <summary>Whether all but the rule's topic holds.</summary>
    public bool Fits(CompiledKafkaRule rule, string? group, string? transactionalId) =>
        rule.Fits(Request)
        && rule.FitsTransactionalId(CarriesTransactionalIds, transactionalId)
        && rule.FitsGroup(CarriesGroups, group);
}
