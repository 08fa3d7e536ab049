using Jumpgate.Agent.ControlPlane;
using Jumpgate.Bpf;

namespace Jumpgate.Agent;

/// <summary>Where an agent finds its input and keeps its state.</summary>
public sealed record AgentOptions
{
    public required string WorkloadsFile { get; init; }
    public required string PoliciesDirectory { get; init; }
    public string? SecretsDirectory { get; init; }
    public string StateDirectory { get; init; } = DefaultStateDirectory;
    public string AdminSocket { get; init; } = DefaultAdminSocket;
    public string PinDirectory { get; init; } = DefaultPinDirectory;
    /// <summary>Flows the kernel remembers at once.</summary>
    public uint FlowTableSize { get; init; } = 262144;

    /// <summary>What joined sockets may do on this node, at most.</summary>
    public LaneMode Lanes { get; init; }

    /// <summary>The xDS server; null for none.</summary>
    public ControlPlaneOptions? ControlPlane { get; init; }

    /// <summary>Where sidecars bring Kafka connections, as <c>ADDRESS:PORT</c>; null: nowhere, and their ports with
    /// Kafka rules are closed.</summary>
    public string? KafkaProxyListen { get; init; }

    public const string DefaultStateDirectory = "/var/lib/jumpgate";
    public const string DefaultAdminSocket = "/run/jumpgate/admin.sock";
    public const string DefaultPinDirectory = "/sys/fs/bpf/jumpgate";
}
