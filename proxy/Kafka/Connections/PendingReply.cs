using Jumpgate.Kafka.Replies;
using Jumpgate.Kafka.Requests;
using Jumpgate.Policy.Kafka;
using Jumpgate.Policy.Kafka.Observation;

namespace Jumpgate.Kafka.Connections;

/// <summary>One reply that the client waits for, in the order of its requests.</summary>
internal sealed class PendingReply
{
    public required RequestHeader Header { get; init; }

    /// <summary>Null: told of already.</summary>
    public required RequestReport? Report { get; init; }

    public Judgement? Judgement { get; init; }

    /// <summary>Our own frame, empty where there is none; null: the broker's is awaited.</summary>
    public ReadOnlyMemory<byte>? Own { get; init; }

    /// <summary>What happens to the broker's.</summary>
    public ReplyEdit? Edit { get; init; }

    public string? Reason { get; init; }

    /// <summary>The connection ends here, after our own frame where there is one.</summary>
    public bool IsLast { get; init; }

    public static KafkaOutcome OutcomeOf(Judgement? judgement) => judgement?.Decision.Verdict switch
    {
        KafkaVerdict.Denied => KafkaOutcome.Denied,
        KafkaVerdict.Audit => KafkaOutcome.Audit,
        _ => KafkaOutcome.Forwarded,
    };

    public void Finish() => Report?.Finish(OutcomeOf(Judgement), Header, Judgement, Reason);
}
