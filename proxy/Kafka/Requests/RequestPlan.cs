using Jumpgate.Kafka.Replies;

namespace Jumpgate.Kafka.Requests;

/// <summary>What becomes of one request.</summary>
internal sealed record RequestPlan
{
    public Judgement? Judgement { get; init; }

    /// <summary>The request reaches the broker, perhaps changed by <see cref="Rewrite"/>.</summary>
    public bool IsForwarded { get; init; }

    /// <summary>Which error answers it, where it is not forwarded, or cannot be changed.</summary>
    public DenialCode? Denial { get; init; }

    /// <summary>Likewise, for the reply as a whole and nothing in it.</summary>
    public short? Answer { get; init; }

    /// <summary>Takes something out of the frame; needs all of it.</summary>
    public Func<ReadOnlyMemory<byte>, RewrittenRequest>? Rewrite { get; init; }

    public ReplyEdit? Edit { get; init; }

    /// <summary>Why it is not forwarded although policy allows it.</summary>
    public string? Reason { get; init; }
}

/// <param name="Frame">What is forwarded.</param>
/// <param name="Edit">What happens to the reply.</param>
internal readonly record struct RewrittenRequest(ReadOnlyMemory<byte> Frame, ReplyEdit Edit);
