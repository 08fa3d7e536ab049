using System.Runtime.InteropServices;

namespace Jumpgate.Bpf;

/// <summary>What a sidecar's programs count (enum sidecar_count).</summary>
public enum SidecarCount : uint
{
    /// <summary>Connections of the application sent to the sidecar.</summary>
    OutboundRedirected = 0,

    /// <summary>Straight out: loopback, link-local, and what the configuration excludes.</summary>
    OutboundExcluded = 1,

    /// <summary>Straight out: the sidecar's own.</summary>
    OutboundOwn = 2,

    /// <summary>Sent to the sidecar, which refused or did not answer.</summary>
    OutboundFailed = 3,

    /// <summary>Refused, since they could not be sent to the sidecar.</summary>
    OutboundBlocked = 4,

    /// <summary>Connections from outside given to the sidecar.</summary>
    InboundRedirected = 5,

    /// <summary>Straight in, by configuration.</summary>
    InboundExcluded = 6,

    /// <summary>Refused: the sidecar does not listen.</summary>
    InboundFailed = 7,

    /// <summary>Refused: from outside to the sidecar's own ports.</summary>
    InboundBlocked = 8,

    /// <summary>Answers to SO_ORIGINAL_DST.</summary>
    OriginalAnswered = 9,

    /// <summary>Of those sent to the sidecar the ones whose bytes pass by queue.</summary>
    OutboundJoined = 10,

    /// <summary>The sidecar's connections to its application whose bytes pass by queue.</summary>
    InboundJoined = 11,
}

/// <summary>Whose socket remembers (enum sidecar_role).</summary>
internal enum SidecarRole : uint
{
    Client = 1,
    Accepted = 2,
}

/// <summary>What the programs of one sidecar are told (struct sidecar_config).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SidecarConfig
{
    public ulong OwnCgroup;
    public ulong Netns;
    public Address16 OutboundIpv6;
    public uint OutboundIpv4;
    public ushort OutboundPort;
    public ushort InboundPort;
    public uint OwnLevel;
    public uint Mark;
}

/// <summary>Where a connection was to go (struct sidecar_original).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SidecarOriginal
{
    public Address16 Address;
    public ushort Port;
    public ushort Role;
}

/// <summary>A connection on its way (struct sidecar_way).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SidecarWay
{
    public ulong Netns;
    public Address16 Source;
    public Address16 Destination;
    public ushort SourcePort;
    public ushort DestinationPort;
    public uint Pad;
}

/// <summary>A port that is not redirected (struct sidecar_port).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SidecarPort
{
    public ushort Port;
    public ushort Direction;
}

/// <summary>A network that is not redirected (struct sidecar_network).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SidecarNetwork
{
    public uint PrefixLength;
    public byte Direction;
    public Address16 Address;
    public Pad3 Pad;
}

/// <summary>The mirrors above, for the comparison with the objects.</summary>
internal static class SidecarLayouts
{
    internal static readonly IReadOnlyList<(string Name, Type Mirror)> Structs =
    [
        ("sidecar_config", typeof(SidecarConfig)),
        ("sidecar_original", typeof(SidecarOriginal)),
        ("sidecar_way", typeof(SidecarWay)),
        ("sidecar_port", typeof(SidecarPort)),
        ("sidecar_network", typeof(SidecarNetwork)),
    ];

    internal static readonly IReadOnlyList<(string Name, string Prefix, Type Mirror)> Enums =
    [
        ("sidecar_count", "SIDECAR_", typeof(SidecarCount)),
        ("sidecar_role", "SIDECAR_", typeof(SidecarRole)),
        ("direction", "DIRECTION_", typeof(Direction)),
    ];

    /// <summary>The first difference in words, or null.</summary>
    internal static string? Compare(nint btf, ISet<string>? absent = null) =>
        LayoutCheck.Compare(btf, Structs, Enums, absent);
}
