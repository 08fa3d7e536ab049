namespace Jumpgate.Bpf.Netlink;

/// <summary>A switch that was changed, with what is needed to change it back; plain data that may be saved.</summary>
/// <param name="Interface">Interface name; empty: the whole namespace.</param>
/// <param name="Name">Switch, such as <c>rp_filter</c>.</param>
/// <param name="Before">Value found.</param>
/// <param name="Value">Value set.</param>
public sealed record SysctlChange(string Interface, string Name, int Before, int Value);
