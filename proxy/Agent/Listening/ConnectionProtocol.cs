namespace Jumpgate.Agent.Listening;

internal enum ConnectionProtocol
{
    /// <summary>No L7 rules: bytes in both directions.</summary>
    Any,
    Http,
    Kafka,
}
