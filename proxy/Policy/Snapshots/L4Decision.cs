using Jumpgate.Policy.Http;
using Jumpgate.Policy.Kafka;

namespace Jumpgate.Policy.Snapshots;

/// <summary>The verdict of one direction for one (subject, peer, protocol, port).</summary>
/// <param name="Rule">The deciding rule; null where the default decided.</param>
/// <param name="Audit">Allowed or redirected only because the document that would deny it is in audit mode (<paramref
/// name="AuditRule"/>, null for its default deny).</param>
/// <param name="Http">The HTTP rules. Set only where <paramref name="Verdict"/> is <see cref="L4Verdict.Redirect"/>;
/// then either these or the Kafka rules are.</param>
/// <param name="Kafka">The Kafka rules, likewise.</param>
public sealed record L4Decision(
    L4Verdict Verdict,
    RuleReference? Rule,
    bool Audit = false,
    RuleReference? AuditRule = null,
    HttpRuleSet? Http = null,
    KafkaRuleSet? Kafka = null)
{
    /// <summary>Nothing passes in this direction, whatever is asked for.</summary>
    public bool IsDrop => Verdict is L4Verdict.Deny or L4Verdict.DefaultDeny or L4Verdict.None;

    /// <summary>
    /// The spec that puts the subject in default deny, where that is what decided: the verdict is <see
    /// cref="L4Verdict.DefaultDeny"/>, or <see cref="Audit"/> without an <see cref="AuditRule"/>. Null too where the
    /// subject itself is no longer known.
    /// </summary>
    public RuleReference? DefaultDenyBy { get; init; }

    /// <summary>What a Kafka request gets where this direction leaves it to the other one's rules.</summary>
    internal KafkaDecision WithoutKafka { get; } = new(KafkaVerdict.Allowed, KafkaDenial.None, [], false, Rule);
}
