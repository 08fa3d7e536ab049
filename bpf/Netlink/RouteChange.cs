namespace Jumpgate.Bpf.Netlink;

/// <summary>One change in a namespace's links or addresses.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Link">The link as it is now (or was, when removed); null for address changes and resync.</param>
/// <param name="Address">The address; null for link changes and resync.</param>
public sealed record RouteChange(RouteChangeKind Kind, LinkInfo? Link, AddressInfo? Address);
