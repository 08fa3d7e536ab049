namespace Jumpgate.Policy.Kafka;

/// <summary>The Kafka policy of one connection, of one snapshot. Immutable; a request reads the reference once.</summary>
public interface IKafkaPolicy
{
    ulong Revision { get; }

    KafkaDecision Decide(KafkaRequest request);

    /// <summary>Whether some rule grants the API to anybody on this connection: what is left out of ApiVersions' reply.</summary>
    bool Grants(KafkaApi api);

    /// <summary>Whether the topic stays in the reply to a request for all topics.</summary>
    bool Shows(KafkaRequest request, string topic);
}
