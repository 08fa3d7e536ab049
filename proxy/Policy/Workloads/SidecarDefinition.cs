using System.Collections.Immutable;
using System.Net;

namespace Jumpgate.Policy.Workloads;

/// <summary>A proxy beside the application, as the workloads file writes it: block <c>sidecar</c>.</summary>
public sealed record SidecarDefinition
{
    public required SourceLocation Location { get; init; }
    /// <summary>The workload's cgroup v2 folder.</summary>
    public required string Cgroup { get; init; }
    /// <summary>The sidecar's own; null where only its mark tells its connections.</summary>
    public string? SidecarCgroup { get; init; }
    /// <summary>SO_MARK of the sidecar's own connections; 0: none.</summary>
    public uint Mark { get; init; }
    /// <summary>0: outbound connections are not redirected.</summary>
    public ushort OutboundPort { get; init; }
    /// <summary>One IPv4 and one IPv6 address, or one of them: the other family's connections are refused.</summary>
    public ImmutableArray<IPAddress> OutboundAddresses { get; init; } = [IPAddress.Loopback, IPAddress.IPv6Loopback];
    /// <summary>0: inbound connections are not redirected.</summary>
    public ushort InboundPort { get; init; }
    public ImmutableArray<ushort> ExcludeOutboundPorts { get; init; } = [];
    public ImmutableArray<IPNetwork> ExcludeOutboundCidrs { get; init; } = [];
    public ImmutableArray<ushort> ExcludeInboundPorts { get; init; } = [];
    public ImmutableArray<IPNetwork> ExcludeInboundCidrs { get; init; } = [];
    /// <summary>Whether bytes between application and sidecar pass by queue, where the node's lanes are on.</summary>
    public bool ShortCircuit { get; init; }

    /// <summary>Whether both ask for the same, wherever they stand.</summary>
    public bool AsksTheSameAs(SidecarDefinition? other) =>
        other is not null && Cgroup == other.Cgroup && SidecarCgroup == other.SidecarCgroup && Mark == other.Mark
        && OutboundPort == other.OutboundPort && InboundPort == other.InboundPort && ShortCircuit == other.ShortCircuit
        && OutboundAddresses.SequenceEqual(other.OutboundAddresses)
        && ExcludeOutboundPorts.SequenceEqual(other.ExcludeOutboundPorts)
        && ExcludeOutboundCidrs.SequenceEqual(other.ExcludeOutboundCidrs)
        && ExcludeInboundPorts.SequenceEqual(other.ExcludeInboundPorts)
        && ExcludeInboundCidrs.SequenceEqual(other.ExcludeInboundCidrs);
}
