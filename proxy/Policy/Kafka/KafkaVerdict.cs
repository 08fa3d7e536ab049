namespace Jumpgate.Policy.Kafka;

public enum KafkaVerdict
{
    Allowed,
    Denied,
    /// <summary>Forwarded, although a document in audit mode would have denied it.</summary>
    Audit,
}
