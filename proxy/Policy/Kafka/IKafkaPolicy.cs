namespace Jumpgate.Policy.Kafka;

/// <summary>
/// The Kafka policy of one connection, of one snapshot. Immutable; a request reads the reference once.
/// </summary>
public interface IKafkaPolicy
{
    ulong Revision { get; }

    /// <summary>
    /// What the rules say, digested: policies of the same meaning decide every request alike, whatever their revisions.
    /// </summary>
    string Meaning { get; }

    KafkaDecision Decide(KafkaRequest request);

    /// <summary>
    /// Whether the API stays in the reply to ApiVersions: where some rule grants it to anybody on this connection.
    /// Those of the roles stay in any case, so that a client who tries them gets Kafka's own error. (librdkafka takes a
    /// broker that lists no Produce for one that has no record batches, and its consumers would fail.)
    /// </summary>
    bool Grants(KafkaApi api);

    /// <summary>Whether the topic stays in the reply to an allowed request for all topics.</summary>
    /// <param name="topic">Null: one whose name nobody knows. It stays where it would by every name, and then so does
    /// each that has one.</param>
    bool Shows(KafkaRequest request, string? topic);
}
