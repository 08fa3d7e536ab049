namespace Jumpgate.Policy.Kafka.Observation;

/// <summary>
/// Hears of every request exactly once: when its reply is complete, when it has none (acks=0), or when it failed. Must
/// not throw or block.
/// </summary>
public interface IKafkaObserver
{
    /// <summary>
    /// True where the request's details are wanted: only then is a <see cref="KafkaRequestRecord"/> made.
    /// </summary>
    bool Wants(KafkaOutcome outcome);

    /// <summary>For metrics: always called, allocates nothing.</summary>
    void Count(in KafkaRequestCount count);

    /// <summary>For the monitor: called in addition to <see cref="Count"/> where wanted.</summary>
    void Record(KafkaRequestRecord record);
}
