using Jumpgate.Policy.Kafka;
using Jumpgate.Policy.Snapshots;

namespace Jumpgate.Agent.Explain;

/// <summary>What the rules say to one Kafka request, in words.</summary>
internal static class KafkaExplanation
{
    public const string Lane = "proxy: Kafka is decided in the proxy; lanes are for HTTP/1.1";

    /// <summary>What was decided, and what a client sees where the proxy answers in the broker's place.</summary>
    public static (string Reason, string? Client) Of(
        KafkaQuestion question, KafkaDecision decision, ConnectionPolicy policy)
    {
        var request = question.Request;
        if (decision.Verdict == KafkaVerdict.Audit)
        {
            var why = decision.Denial == KafkaDenial.None ? "" : $": {Why(request, decision)}";
            return ($"only a document in audit mode would deny it{why}", null);
        }

        if (decision.Verdict == KafkaVerdict.Denied)
        {
            return (Why(request, decision), Sees(question, decision, policy));
        }

        return (
            KafkaRoles.IsAlwaysAllowed(request.Api) ? $"{request.Api} is always allowed"
                : request.AllTopics && KafkaApis.FiltersAllTopics(request.Api)
                    ? $"{Describe(request)} matches; the reply is filtered to the topics that rules cover"
                    : $"{Describe(request)} matches",
            null);
    }

    /// <summary>Each topic of the request, and the rules that cover it.</summary>
    public static IReadOnlyList<string> Topics(KafkaRequest request, KafkaDecision decision, ConnectionPolicy policy)
    {
        if (request.Topics.IsEmpty || decision.Denial is not (KafkaDenial.None or KafkaDenial.Topic))
        {
            return [];
        }

        return [.. request.Topics.Select(topic =>
        {
            var rules = new[] { policy.Egress.Kafka, policy.Ingress.Kafka }
                .Select(set => set?.RuleFor(request, topic)).OfType<RuleReference>().Distinct().ToList();
            return decision.DeniedTopics.Contains(topic) ? $"{topic}: no rule covers it"
                : rules.Count == 0 ? $"{topic}: allowed"
                : $"{topic}: covered by {string.Join(" and ", rules)}";
        })];
    }

    private static string Why(KafkaRequest request, KafkaDecision decision)
    {
        var what = decision.Denial switch
        {
            KafkaDenial.Topic when !decision.DeniedTopics.IsEmpty =>
                $"{request.Api} of {Plural("topic", decision.DeniedTopics)}",
            KafkaDenial.Topic => $"{request.Api} of all topics",
            KafkaDenial.Group =>
                $"{request.Api} {(request.Groups.IsEmpty ? "without a group" : $"for {Plural("group", request.Groups)}")}",
            KafkaDenial.TransactionalId => $"{request.Api} " + (request.TransactionalIds.IsEmpty
                ? "without a transactional id" : $"for {Plural("transactional id", request.TransactionalIds)}"),
            _ => Describe(request),
        };
        return $"no Kafka rule allows {what}: {(short)decision.Denial} {decision.Denial.ErrorName()}";
    }

    private static string Sees(KafkaQuestion question, KafkaDecision decision, ConnectionPolicy policy)
    {
        if (question.NoReply)
        {
            return "the connection closed: Produce with acks=0 has no reply that could say more";
        }

        var error = $"{(short)decision.Denial} {decision.Denial.ErrorName()}";
        var of = decision.DeniedTopics.IsEmpty ? ""
            : decision.PerTopic ? $" for {string.Join(", ", decision.DeniedTopics)}; the other topics are forwarded"
            : question.Request.Topics.Length > 1 ? " for every topic of the request: nothing of it is forwarded" : "";
        return policy.Grants(question.Request.Api) ? error + of
            : $"{error}{of}; the API is left out of the reply to ApiVersions, so that clients do not try it";
    }

    private static string Describe(KafkaRequest request) => request switch
    {
        { AllTopics: true } => $"{request.Api} of all topics",
        { Topics.IsEmpty: false } => $"{request.Api} of {Plural("topic", request.Topics)}",
        { Groups.IsEmpty: false } => $"{request.Api} for {Plural("group", request.Groups)}",
        { TransactionalIds.IsEmpty: false } =>
            $"{request.Api} for {Plural("transactional id", request.TransactionalIds)}",
        _ => request.Api.ToString(),
    };

    private static string Plural(string word, IReadOnlyCollection<string> names) =>
        $"{word}{(names.Count > 1 ? "s" : "")} {string.Join(", ", names)}";
}
