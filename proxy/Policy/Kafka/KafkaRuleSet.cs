using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Jumpgate.Policy.Kafka.Rules;
using Jumpgate.Policy.Snapshots;

namespace Jumpgate.Policy.Kafka;

/// <summary>
/// The united Kafka rules of one (subject, peer, port, direction). Immutable, shared between connections.
/// </summary>
/// <remarks>
/// Every topic of a request has to be covered by some rule whose other conditions hold, and different rules may cover
/// different topics; likewise where a request carries several groups or transactional ids. The first covering rule in
/// document order is the one named, for the first topic.
/// </remarks>
public sealed class KafkaRuleSet
{
    private static readonly KafkaDecision s_always = new(KafkaVerdict.Allowed, KafkaDenial.None, [], false, null);

    private readonly ImmutableArray<CompiledKafkaRule> _rules;
    private readonly KafkaMatcher _matcher;
    private readonly KafkaVerdict _unmatched;
    private readonly RuleReference? _unmatchedRule;
    private readonly bool _perTopic;
    private readonly Lazy<string> _meaning;

    /// <param name="rules">In document order.</param>
    /// <param name="unmatched">What becomes of a request that the rules do not cover.</param>
    /// <param name="unmatchedRule">Audit: the rule that failed. Allowed: the rule that denies nothing it does not
    /// name.</param>
    /// <param name="perTopic">Denied topics alone are answered with an error.</param>
    internal KafkaRuleSet(
        ImmutableArray<CompiledKafkaRule> rules, KafkaVerdict unmatched, RuleReference? unmatchedRule, bool perTopic)
    {
        _rules = rules;
        _matcher = new KafkaMatcher(rules);
        _unmatched = unmatched;
        _unmatchedRule = unmatchedRule;
        _perTopic = perTopic;
        _meaning = new Lazy<string>(Digest);
    }

    /// <summary>As <see cref="IKafkaPolicy.Meaning"/>, for one direction. Computed when first asked for.</summary>
    public string Meaning => _meaning.Value;

    /// <summary>An allowed request with at most one group and transactional id allocates nothing.</summary>
    public KafkaDecision Decide(KafkaRequest request)
    {
        if (KafkaRoles.IsAlwaysAllowed(request.Api))
        {
            return s_always;
        }

        var scope = new KafkaScope(request);
        var cover = _matcher.FindCover(scope, null);
        return cover == KafkaMatcher.None ? Uncovered(scope) : _rules[cover].Allowed;
    }

    /// <summary>As <see cref="IKafkaPolicy.Grants"/>, for one direction.</summary>
    public bool Grants(KafkaApi api) =>
        _unmatched != KafkaVerdict.Denied || KafkaRoles.IsAlwaysAllowed(api)
        || KafkaRoles.Of(api) != KafkaRole.None || !_matcher.RulesOf(api).IsEmpty;

    /// <summary>As <see cref="IKafkaPolicy.Shows"/>, for one direction.</summary>
    public bool Shows(KafkaRequest request, string? topic) =>
        _unmatched != KafkaVerdict.Denied
        || (topic is null
            ? _matcher.CoversUnknownTopic(request)
            : _matcher.FindCover(new KafkaScope(request), topic) != KafkaMatcher.None);

    /// <summary>The rule that covers one topic of a request, for explain; null where none does.</summary>
    public RuleReference? RuleFor(KafkaRequest request, string topic)
    {
        var cover = _matcher.FindCover(new KafkaScope(request), topic);
        return cover == KafkaMatcher.None ? null : _rules[cover].Allowed.Rule;
    }

    private string Digest()
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        digest.AppendData(Encoding.UTF8.GetBytes($"{_unmatched} {_perTopic}"));
        foreach (var rule in _rules)
        {
            digest.AppendData(Encoding.UTF8.GetBytes(rule.Conditions));
        }

        return Convert.ToHexString(digest.GetHashAndReset());
    }

    private KafkaDecision Uncovered(in KafkaScope scope)
    {
        if (_unmatched == KafkaVerdict.Allowed)
        {
            return new KafkaDecision(KafkaVerdict.Allowed, KafkaDenial.None, [], false, _unmatchedRule);
        }

        var request = scope.Request;
        var denial = KafkaRefusal.DenialOf(_rules, _matcher, scope);
        var denied = denial == KafkaDenial.Topic ? _matcher.FindUncovered(scope) : [];
        var unknown = denial == KafkaDenial.Topic && KafkaRefusal.LeavesUnknownTopic(_matcher, request);
        if (denial == KafkaDenial.Topic && denied.IsEmpty && !unknown && !request.AllTopics)
        {
            // Every topic is covered, and what else it is about is not.
            denial = KafkaDenial.Cluster;
        }

        var perTopic = _perTopic && _unmatched == KafkaVerdict.Denied && denial == KafkaDenial.Topic
            && KafkaRefusal.Without(request, denied, unknown) is { Topics.IsEmpty: false } rest
            && _matcher.FindCover(new KafkaScope(rest), null) != KafkaMatcher.None;
        return new KafkaDecision(
            _unmatched, denial, denied, perTopic, _unmatchedRule)
        { DeniesUnknownTopicId = unknown };
    }
}
