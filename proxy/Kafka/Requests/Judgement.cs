using Jumpgate.Policy.Kafka;

namespace Jumpgate.Kafka.Requests;

/// <summary>A request as policy was asked about it, and what it said.</summary>
/// <param name="Policy">The policy that was asked: a reply is filtered by the same one.</param>
/// <param name="UnknownIds">Topic ids in it that nobody knows a name for; zero for a topic with neither name nor
/// id.</param>
/// <param name="DeniedIds">Topic ids in it whose topics are denied.</param>
internal sealed record Judgement(
    KafkaRequest Request,
    KafkaDecision Decision,
    IKafkaPolicy Policy,
    IReadOnlySet<UInt128> UnknownIds,
    IReadOnlySet<UInt128> DeniedIds)
{
    public bool IsForwarded => Decision.Verdict != KafkaVerdict.Denied;
}
