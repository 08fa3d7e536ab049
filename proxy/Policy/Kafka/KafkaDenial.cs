namespace Jumpgate.Policy.Kafka;

/// <summary>What a denied request was not allowed; the values are Kafka's error codes.</summary>
public enum KafkaDenial : short
{
    None = 0,
    /// <summary>TOPIC_AUTHORIZATION_FAILED</summary>
    Topic = 29,
    /// <summary>GROUP_AUTHORIZATION_FAILED</summary>
    Group = 30,
    /// <summary>CLUSTER_AUTHORIZATION_FAILED: the API itself, its version or the client id.</summary>
    Cluster = 31,
    /// <summary>TRANSACTIONAL_ID_AUTHORIZATION_FAILED</summary>
    TransactionalId = 53,
}
