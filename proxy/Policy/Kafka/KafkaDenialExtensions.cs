namespace Jumpgate.Policy.Kafka;

public static class KafkaDenialExtensions
{
    /// <summary>As Kafka's protocol guide names the error code; NONE for none.</summary>
    public static string ErrorName(this KafkaDenial denial) => denial switch
    {
        KafkaDenial.None => "NONE",
        KafkaDenial.Topic => "TOPIC_AUTHORIZATION_FAILED",
        KafkaDenial.Group => "GROUP_AUTHORIZATION_FAILED",
        KafkaDenial.TransactionalId => "TRANSACTIONAL_ID_AUTHORIZATION_FAILED",
        _ => "CLUSTER_AUTHORIZATION_FAILED",
    };
}
