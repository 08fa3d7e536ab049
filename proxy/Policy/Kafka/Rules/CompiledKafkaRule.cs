using Jumpgate.Policy.Documents;
using Jumpgate.Policy.Snapshots;

namespace Jumpgate.Policy.Kafka.Rules;

/// <summary>One Kafka rule, ready to be asked. Conditions are ANDed; absent ones hold.</summary>
internal sealed class CompiledKafkaRule
{
    private readonly KafkaRole _roles;
    private readonly bool _everyApi;
    private readonly short? _version;
    private readonly string? _clientId;
    private readonly KafkaName? _group;
    private readonly KafkaName? _transactionalId;

    /// <param name="rule">Null: what <c>kafka: []</c> means.</param>
    public CompiledKafkaRule(RuleReference reference, KafkaRule? rule)
    {
        _roles = rule?.Roles ?? KafkaRole.None;
        Api = rule?.Api;
        _everyApi = rule?.GrantsEveryApi ?? true;
        _version = rule?.Version;
        _clientId = rule?.ClientId;
        _group = rule?.Group;
        _transactionalId = rule?.TransactionalId;
        Topic = rule?.Topic;
        Allowed = new KafkaDecision(KafkaVerdict.Allowed, KafkaDenial.None, [], false, reference)
        {
            TopicRule = Topic?.ToString(),
        };
    }

    public KafkaName? Topic { get; }

    public KafkaApi? Api { get; }

    public bool HasGroup => _group is not null;

    public bool HasTransactionalId => _transactionalId is not null;

    /// <summary>All that decides whether it allows a request: a rule with other conditions has another text.</summary>
    public string Conditions =>
        $"\n{(int)_roles} {_everyApi} {(int?)Api} {_version} {Sized(_clientId)} {Sized(Topic?.ToString())} "
        + $"{Sized(_group?.ToString())} {Sized(_transactionalId?.ToString())}";

    /// <summary>What a request gets that it allows: made once.</summary>
    public KafkaDecision Allowed { get; }

    /// <summary>Whether it grants some request of the API.</summary>
    public bool Grants(KafkaApi api) =>
        _everyApi || Api == api || (_roles & KafkaRoles.Of(api)) != 0;

    /// <summary>Whether it grants the request's API, in its version, to its client.</summary>
    public bool Fits(KafkaRequest request) =>
        (_everyApi || Api == request.Api || KafkaRoles.Grant(_roles, request.Api, request.Coordinator))
        && (_version is null || _version == request.Version)
        && (_clientId is null || string.Equals(_clientId, request.ClientId, StringComparison.Ordinal));

    /// <param name="carries">The API's requests have groups; null stands for none then, which no condition
    /// matches.</param>
    public bool FitsGroup(bool carries, string? group) => Fits(_group, carries, group);

    public bool FitsTransactionalId(bool carries, string? id) => Fits(_transactionalId, carries, id);

    /// <summary>Values may have any characters: their length says where they end.</summary>
    private static string Sized(string? value) => value is null ? "-" : $"{value.Length}:{value}";

    private static bool Fits(KafkaName? condition, bool carries, string? value) =>
        condition is not { } name || !carries || (value is not null && name.Matches(value));
}
