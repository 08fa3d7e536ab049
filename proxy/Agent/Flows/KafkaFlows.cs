using Jumpgate.Policy.Kafka;
using Jumpgate.Policy.Kafka.Observation;

namespace Jumpgate.Agent.Flows;

/// <summary>Makes the Kafka part of a flow record.</summary>
internal static class KafkaFlows
{
    /// <summary>
    /// Names kept of a request: records are kept by the thousands, and clients choose how many names they send.
    /// </summary>
    private const int MaxNames = 20;
    private const int MaxLength = 300;

    public static string Verdict(KafkaOutcome outcome) => outcome switch
    {
        KafkaOutcome.Forwarded => "FORWARDED",
        KafkaOutcome.Audit => "AUDIT",
        KafkaOutcome.Error => "ERROR",
        _ => "DROPPED",
    };

    public static string? DropReason(KafkaOutcome outcome) => outcome switch
    {
        KafkaOutcome.Denied => "POLICY_DENIED",
        KafkaOutcome.Rejected => "INVALID_REQUEST",
        _ => null,
    };

    public static FlowKafka From(KafkaRequestRecord record)
    {
        if (record.Request is not { } request)
        {
            return new FlowKafka(0, -1, "", record.CorrelationId ?? 0, "");
        }

        var decision = record.Decision;
        var denial = decision?.Denial ?? KafkaDenial.None;
        var topics = decision is { DeniedTopics.IsEmpty: false } ? decision.DeniedTopics : request.Topics;
        var named = Cut(topics);
        return new FlowKafka(
            record.Outcome == KafkaOutcome.Denied ? (short)denial : 0, request.Version, KafkaApis.NameOf(request.Api),
            record.CorrelationId ?? 0, named.Count > 0 ? named[0] : request.AllTopics ? "*" : "")
        {
            Error = denial == KafkaDenial.None ? null : denial.ErrorName(),
            Topics = named,
            TopicCount = request.Topics.Length,
            ClientId = request.ClientId is null ? null : Cut(request.ClientId),
            Groups = Cut(request.Groups),
            TransactionalIds = Cut(request.TransactionalIds),
            PerTopic = decision?.PerTopic == true,
        };
    }

    private static List<string> Cut(IEnumerable<string> names) => [.. names.Take(MaxNames).Select(Cut)];

    private static string Cut(string name) => name.Length <= MaxLength ? name : name[..MaxLength] + "...";
}
