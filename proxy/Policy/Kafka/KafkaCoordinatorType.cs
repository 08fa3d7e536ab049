namespace Jumpgate.Policy.Kafka;

/// <summary>FindCoordinator's key types.</summary>
public enum KafkaCoordinatorType
{
    Group = 0,
    Transaction = 1,
    Share = 2,
}
