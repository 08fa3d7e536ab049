namespace Jumpgate.Policy.Kafka.Observation;

/// <param name="Api">Null where the frame did not tell.</param>
/// <param name="Decision">What policy said; null where it was not asked.</param>
/// <param name="Duration">From the request frame's first byte to the end of the reply to the client.</param>
public readonly record struct KafkaRequestCount(
    KafkaOutcome Outcome, KafkaApi? Api, KafkaDecision? Decision, TimeSpan Duration);
