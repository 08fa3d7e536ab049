namespace Jumpgate.Policy.Snapshots;

/// <summary>What entities and CIDR rules tell apart.</summary>
internal enum PeerKind
{
    /// <summary>
    /// Nothing is known of it (identity 0 and reserved ones we give to nobody): only rules for every peer apply.
    /// </summary>
    Unknown,
    Workload,
    Host,
    /// <summary>World of unknown family: the kernel's answer where the ipcache has none.</summary>
    World,
    /// <summary>A prefix outside the cluster, /0 included.</summary>
    Prefix,
}

/// <summary>One group that can be a peer.</summary>
internal sealed record Peer
{
    public required int Index { get; init; }
    public required PeerKind Kind { get; init; }
    public required Identities.PolicyGroup Group { get; init; }
    public required Identities.IdentityRecord Identity { get; init; }
    /// <summary>Set for <see cref="PeerKind.Prefix"/>.</summary>
    public AddressPrefix? Prefix { get; init; }
    /// <summary>Named ports, names in lower case; only of workloads.</summary>
    public required NamedPorts Ports { get; init; }
}
