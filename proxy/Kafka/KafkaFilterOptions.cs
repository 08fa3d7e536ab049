namespace Jumpgate.Kafka;

/// <summary>Limits of the Kafka filter.</summary>
public sealed record KafkaFilterOptions
{
    /// <summary>Largest frame, as brokers' <c>socket.request.max.bytes</c>.</summary>
    public int MaxFrameBytes { get; init; } = 100 * 1024 * 1024;

    /// <summary>A request that names several topics is held up to here until all are known.</summary>
    public int MaxHeldBytes { get; init; } = 1024 * 1024;

    /// <summary>A reply that is changed or learnt from is held up to here.</summary>
    public int MaxHeldReplyBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Requests under way on one connection; the next waits.</summary>
    public int MaxRequestsUnderWay { get; init; } = 1024;

    /// <summary>Topic ids known of one cluster.</summary>
    public int MaxTopicIds { get; init; } = 200_000;

    /// <summary>How long a connection may be quiet, in both directions.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromHours(1);
}
