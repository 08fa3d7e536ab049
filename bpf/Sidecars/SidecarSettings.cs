using System.Collections.Immutable;
using System.Net;

namespace Jumpgate.Bpf;

/// <summary>
/// A proxy beside an application: whose connections it gets, where it listens, and what passes it by.
/// </summary>
public sealed record SidecarSettings
{
    /// <summary>Names the pins; the workload's name.</summary>
    public required string Name { get; init; }

    /// <summary>The workload's cgroup v2 folder: connections of sockets made there, or below, are redirected.</summary>
    public required string Cgroup { get; init; }

    /// <summary>The sidecar's own cgroup, below <see cref="Cgroup"/> or elsewhere; null where only
    /// <see cref="Mark"/> tells the sidecar's connections.</summary>
    public string? OwnCgroup { get; init; }

    /// <summary>SO_MARK of the sidecar's own connections; 0: none.</summary>
    public uint Mark { get; init; }

    /// <summary>Where the sidecar takes outbound connections; 0: they are not redirected.</summary>
    public ushort OutboundPort { get; init; }

    /// <summary>Its address for connections to IPv4; null: such connections are refused.</summary>
    public IPAddress? OutboundIPv4 { get; init; }

    /// <summary>Its address for connections to IPv6; null: such connections are refused.</summary>
    public IPAddress? OutboundIPv6 { get; init; }

    /// <summary>Where it takes inbound connections, on the loopback or on every address; 0: they are not
    /// redirected.</summary>
    public ushort InboundPort { get; init; }

    /// <summary>Destination ports that go straight out.</summary>
    public ImmutableArray<ushort> ExcludedOutboundPorts { get; init; } = [];

    /// <summary>Destinations that go straight out.</summary>
    public ImmutableArray<IPNetwork> ExcludedOutboundNetworks { get; init; } = [];

    /// <summary>The workload's ports that are reached straight.</summary>
    public ImmutableArray<ushort> ExcludedInboundPorts { get; init; } = [];

    /// <summary>Sources that come straight in.</summary>
    public ImmutableArray<IPNetwork> ExcludedInboundNetworks { get; init; } = [];

    /// <summary>Whether bytes between application and sidecar pass by queue; needs <see cref="OwnCgroup"/> and the
    /// workload's namespace.</summary>
    public bool ShortCircuit { get; init; }

    /// <summary>How many ports, and how many networks, can be excluded in all.</summary>
    public const int MaxExclusions = 1024;
}
