using System.Net;

namespace Jumpgate.EnvoyConfig.Sidecar;

/// <summary>What a sidecar is told beside policy.</summary>
public sealed record SidecarOptions
{
    /// <summary>Where what the workload sends is redirected to, on loopback.</summary>
    public ushort OutboundPort { get; init; } = 15001;

    /// <summary>Where what comes to the workload is redirected to, on loopback.</summary>
    public ushort InboundPort { get; init; } = 15006;

    /// <summary>Access logs go to the agent too, over the bootstrap's cluster <see cref="Clusters.Agent"/>.</summary>
    public bool LogsToAgent { get; init; } = true;

    /// <summary>
    /// Where Jumpgate's Kafka filter takes connections with a PROXY protocol v2 header, which carries the client's
    /// address and the broker's. Null: there is none, and ports with Kafka rules are refused.
    /// </summary>
    public IPEndPoint? KafkaFilter { get; init; }

    /// <summary>Peers may have certificates: their SPIFFE IDs are logged.</summary>
    internal bool HasTls { get; init; }

    /// <summary>Listeners look for TLS: the names that clients ask for are logged.</summary>
    internal bool Detects { get; init; }

    /// <summary>
    /// Ports with filter chains of their own, in each direction. Beyond, the widest sets of ports are refused.
    /// </summary>
    public int MaxPorts { get; init; } = 1024;
}
