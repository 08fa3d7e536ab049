using System.Collections.Immutable;
using Jumpgate.Policy.Snapshots;

namespace Jumpgate.Policy.Kafka;

/// <param name="Denial">
/// Why it is denied, and so which error code answers; in audit, what it would have been. None where it is allowed. See
/// <see cref="KafkaDenial"/> for which one where several things fail.
/// </param>
/// <param name="DeniedTopics">The topics that no rule covers, in the request's order; they alone are answered with an
/// error where <paramref name="PerTopic"/>. Not empty only where <paramref name="Denial"/> is Topic.</param>
/// <param name="PerTopic">Denied topics are taken out and the rest, which is never nothing, is forwarded. The verdict
/// is <see cref="KafkaVerdict.Denied"/> all the same.</param>
/// <param name="Rule">The rule that allowed it (of several topics: the first's), or (audit) the one that failed; null
/// where no rule matched.</param>
public sealed record KafkaDecision(
    KafkaVerdict Verdict,
    KafkaDenial Denial,
    ImmutableArray<string> DeniedTopics,
    bool PerTopic,
    RuleReference? Rule)
{
    /// <summary>
    /// The topic that the request names by an id nobody could resolve is denied too; it has no name to list.
    /// </summary>
    public bool DeniesUnknownTopicId { get; init; }

    /// <summary>The topic of <see cref="Rule"/> as its document has it (<c>empire-*</c>): a bounded label, unlike the
    /// request's topics. Null where the rule has none.</summary>
    public string? TopicRule { get; init; }
}
