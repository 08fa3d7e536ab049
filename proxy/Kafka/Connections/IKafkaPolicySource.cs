using Jumpgate.Policy.Kafka;

namespace Jumpgate.Kafka.Connections;

/// <summary>
/// The policy for one connection as of now. Each request reads it once and is judged by what it read.
/// </summary>
public interface IKafkaPolicySource
{
    IKafkaPolicy Current { get; }
}
