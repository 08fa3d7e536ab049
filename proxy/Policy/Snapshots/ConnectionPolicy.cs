using System.Collections.Immutable;
using Jumpgate.Policy.Http;
using Jumpgate.Policy.Http.Rules;
using Jumpgate.Policy.Kafka;

namespace Jumpgate.Policy.Snapshots;

/// <summary>
/// Both directions' decisions for one connection, of one snapshot. Immutable; a request reads the reference once.
/// </summary>
public sealed record ConnectionPolicy(ulong Revision, L4Decision Egress, L4Decision Ingress) : IRequestPolicy,
    IKafkaPolicy
{
    /// <summary>The stricter of both: a drop on either side comes before any L7 answer.</summary>
    public L4Verdict Verdict =>
        Egress.IsDrop ? Egress.Verdict
        : Ingress.IsDrop ? Ingress.Verdict
        : Egress.Verdict == L4Verdict.Redirect || Ingress.Verdict == L4Verdict.Redirect ? L4Verdict.Redirect
        : L4Verdict.Allow;

    /// <summary>No request of the connection is allowed, whatever it asks.</summary>
    public bool IsDropped => Egress.IsDrop || Ingress.IsDrop;

    /// <summary>True where at least one direction has HTTP rules to ask.</summary>
    public bool HasHttpRules => Egress.Http is not null || Ingress.Http is not null;

    /// <summary>
    /// True where at least one direction has Kafka rules to ask. Where <see cref="HasHttpRules"/> too (one side's rules
    /// take the port for HTTP, the other's for Kafka), no request of either protocol is allowed.
    /// </summary>
    public bool HasKafkaRules => Egress.Kafka is not null || Ingress.Kafka is not null;

    /// <summary>The proxy has requests to judge.</summary>
    public bool HasL7Rules => HasHttpRules || HasKafkaRules;

    /// <summary>
    /// Asks the sender's rules, then the receiver's; both must allow, and both directions' header actions apply in that
    /// order. The receiver's rules judge the headers as the sender's leave them. Where both allow, the receiver's rule
    /// is named; where one is in audit, that one (the sender's before the receiver's).
    /// </summary>
    public HttpDecision Decide(in HttpRequestView request)
    {
        var egress = Decide(Egress, request);
        if (egress.Verdict == HttpVerdict.Denied)
        {
            return egress;
        }

        var ingress = egress.Mutations.IsEmpty
            ? Decide(Ingress, request)
            : Decide(Ingress, new HttpRequestView(
                request.Method, request.Target, request.Authority,
                new MutatedHeaders(request.Headers, egress.Mutations)));
        if (ingress.Verdict == HttpVerdict.Denied)
        {
            return ingress;
        }

        var named = egress.Verdict == HttpVerdict.Audit
            || (ingress.Verdict == HttpVerdict.Allowed && ingress.Rule is null)
            ? egress
            : ingress;
        return named with
        {
            Mutations = Join(egress.Mutations, ingress.Mutations),
            Mismatches = Join(egress.Mismatches, ingress.Mismatches),
        };
    }

    string IKafkaPolicy.Meaning => $"{KafkaJudge.MeaningOf(Egress)} {KafkaJudge.MeaningOf(Ingress)}";

    /// <inheritdoc cref="KafkaJudge.Decide"/>
    public KafkaDecision Decide(KafkaRequest request) => KafkaJudge.Decide(Egress, Ingress, request);

    public bool Grants(KafkaApi api) => KafkaJudge.Grants(Egress, api) && KafkaJudge.Grants(Ingress, api);

    public bool Shows(KafkaRequest request, string? topic) =>
        KafkaJudge.Shows(Egress, request, topic) && KafkaJudge.Shows(Ingress, request, topic);

    private static HttpDecision Decide(L4Decision direction, in HttpRequestView request)
    {
        // No HTTP request matches a Kafka rule.
        if (direction.IsDrop || direction.Kafka is not null)
        {
            return new HttpDecision(HttpVerdict.Denied, direction.Rule, [], []);
        }

        var decision = direction.Http?.Decide(request)
            ?? new HttpDecision(HttpVerdict.Allowed, direction.Rule, [], []);
        return direction.Audit && decision.Verdict == HttpVerdict.Allowed
            ? decision with { Verdict = HttpVerdict.Audit, Rule = direction.AuditRule ?? direction.DefaultDenyBy }
            : decision;
    }

    private static ImmutableArray<T> Join<T>(ImmutableArray<T> first, ImmutableArray<T> second) =>
        second.IsEmpty ? first : first.IsEmpty ? second : first.AddRange(second);
}
