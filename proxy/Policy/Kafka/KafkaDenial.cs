namespace Jumpgate.Policy.Kafka;

/// <summary>
/// What a denied request was not allowed; the values are Kafka's error codes. Where several things fail, it is, as
/// brokers check them, the transactional id, then the group, then the topics: the first for which no rule that grants
/// the API to the client has a fitting condition. Where no rule grants the API (in that version, to that client id) at
/// all: the topics, else the group, else the transactional id that the request carries, else the cluster.
/// </summary>
public enum KafkaDenial : short
{
    None = 0,
    /// <summary>TOPIC_AUTHORIZATION_FAILED</summary>
    Topic = 29,
    /// <summary>GROUP_AUTHORIZATION_FAILED</summary>
    Group = 30,
    /// <summary>CLUSTER_AUTHORIZATION_FAILED: a request that carries nothing of the others.</summary>
    Cluster = 31,
    /// <summary>TRANSACTIONAL_ID_AUTHORIZATION_FAILED</summary>
    TransactionalId = 53,
}
