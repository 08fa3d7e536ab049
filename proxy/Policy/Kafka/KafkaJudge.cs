using System.Collections.Immutable;
using Jumpgate.Policy.Kafka.Rules;
using Jumpgate.Policy.Snapshots;

namespace Jumpgate.Policy.Kafka;

/// <summary>Puts both directions' answers to one Kafka request together.</summary>
internal static class KafkaJudge
{
    /// <summary>
    /// Asks the sender's rules, then the receiver's; both must allow. What the sender's side takes out of a request
    /// (denied topics, one by one) the receiver's is not asked about. Where both allow, the receiver's rule is named;
    /// where one is in audit, that one (the sender's before the receiver's).
    /// </summary>
    public static KafkaDecision Decide(L4Decision egress, L4Decision ingress, KafkaRequest request)
    {
        var sent = Ask(egress, request);
        if (sent is { Verdict: KafkaVerdict.Denied, PerTopic: false })
        {
            return sent;
        }

        var left = sent.PerTopic
            ? KafkaRefusal.Without(request, sent.DeniedTopics, sent.DeniesUnknownTopicId) : request;
        var received = Ask(ingress, left);
        if (sent.PerTopic)
        {
            return Join(request, sent, received);
        }

        return received.Verdict == KafkaVerdict.Denied ? received
            : sent.Verdict == KafkaVerdict.Audit
            || (received.Verdict == KafkaVerdict.Allowed && received.Rule is null) ? sent
            : received;
    }

    public static bool Grants(L4Decision direction, KafkaApi api) =>
        !Forbids(direction) && direction.Kafka?.Grants(api) != false;

    public static bool Shows(L4Decision direction, KafkaRequest request, string? topic) =>
        !Forbids(direction) && direction.Kafka?.Shows(request, topic) != false;

    /// <summary>
    /// See <see cref="IKafkaPolicy.Meaning"/>; audit changes what is recorded, and not what is decided.
    /// </summary>
    public static string MeaningOf(L4Decision direction) =>
        Forbids(direction) ? "none" : direction.Kafka?.Meaning ?? "all";

    private static KafkaDecision Ask(L4Decision direction, KafkaRequest request)
    {
        if (Forbids(direction))
        {
            return new KafkaDecision(KafkaVerdict.Denied, KafkaDenial.Cluster, [], false, direction.Rule);
        }

        var decision = direction.Kafka?.Decide(request) ?? direction.WithoutKafka;
        return direction.Audit && decision.Verdict == KafkaVerdict.Allowed
            ? decision with
            {
                Verdict = KafkaVerdict.Audit,
                Rule = direction.AuditRule
                ?? direction.DefaultDenyBy,
                TopicRule = null
            }
            : decision;
    }

    /// <summary>Dropped at L3/L4; or HTTP rules decide there, which no Kafka request matches.</summary>
    private static bool Forbids(L4Decision direction) =>
        direction.IsDrop || direction.Http is not null;

    /// <summary>The sender's side took topics out; the receiver's may take more, or deny what is left.</summary>
    private static KafkaDecision Join(KafkaRequest request, KafkaDecision sent, KafkaDecision received)
    {
        if (received.Verdict != KafkaVerdict.Denied)
        {
            return sent;
        }

        if (received.Denial != KafkaDenial.Topic)
        {
            return received;
        }

        var denied = sent.DeniedTopics.Concat(received.DeniedTopics).ToHashSet(StringComparer.Ordinal);
        return received with
        {
            DeniedTopics = [.. request.Topics.Where(denied.Contains)],
            DeniesUnknownTopicId = sent.DeniesUnknownTopicId || received.DeniesUnknownTopicId,
        };
    }
}
