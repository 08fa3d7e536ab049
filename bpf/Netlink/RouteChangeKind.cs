namespace Jumpgate.Bpf.Netlink;

/// <summary>What a <see cref="RouteChange"/> tells.</summary>
public enum RouteChangeKind
{
    /// <summary>Changes were lost: read everything again.</summary>
    Resync,

    /// <summary>A link appeared or changed.</summary>
    LinkChanged,

    /// <summary>A link vanished, or moved to another namespace.</summary>
    LinkRemoved,

    /// <summary>An address appeared or changed.</summary>
    AddressChanged,

    /// <summary>An address vanished.</summary>
    AddressRemoved,
}
