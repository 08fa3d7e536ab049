namespace Jumpgate.Policy.Kafka.Observation;

public enum KafkaOutcome
{
    /// <summary>Allowed and forwarded to the broker.</summary>
    Forwarded,
    /// <summary>Answered with an authorisation error, or (acks=0) the connection closed.</summary>
    Denied,
    /// <summary>Forwarded, although a document in audit mode would have denied it.</summary>
    Audit,
    /// <summary>
    /// The connection is closed before any rule was asked: a malformed or oversized frame, an unknown API.
    /// </summary>
    Rejected,
    /// <summary>The broker could not be reached, broke off or answered nonsense; or the client went away.</summary>
    Error,
}
