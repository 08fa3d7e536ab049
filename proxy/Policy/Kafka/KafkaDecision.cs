using System.Collections.Immutable;
using Jumpgate.Policy.Snapshots;

namespace Jumpgate.Policy.Kafka;

/// <param name="Denial">Why it is denied, and so which error code answers; <see cref="KafkaDenial.None"/> otherwise.</param>
/// <param name="DeniedTopics">The topics that no rule covers; they alone are answered with an error where
/// <paramref name="PerTopic"/>.</param>
/// <param name="PerTopic">Denied topics are taken out and the rest is forwarded.</param>
/// <param name="Rule">The rule that allowed it, or (audit) the one that failed; null where no rule matched.</param>
public sealed record KafkaDecision(
    KafkaVerdict Verdict,
    KafkaDenial Denial,
    ImmutableArray<string> DeniedTopics,
    bool PerTopic,
    RuleReference? Rule);
