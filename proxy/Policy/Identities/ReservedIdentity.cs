namespace Jumpgate.Policy.Identities;

/// <summary>Identities with fixed numbers and names (Cilium's numbering). Label: <c>reserved:NAME</c>.</summary>
public static class ReservedIdentity
{
    public static readonly NumericIdentity Unknown = new(0);
    public static readonly NumericIdentity Host = new(1);
    public static readonly NumericIdentity World = new(2);
    public static readonly NumericIdentity Unmanaged = new(3);
    public static readonly NumericIdentity Health = new(4);
    /// <summary>IPv4 addresses outside the cluster that no CIDR rule names (prefix 0.0.0.0/0 in the ipcache).</summary>
    public static readonly NumericIdentity WorldIPv4 = new(9);
    /// <summary>IPv6 addresses outside the cluster that no CIDR rule names (prefix ::/0 in the ipcache).</summary>
    public static readonly NumericIdentity WorldIPv6 = new(10);

    /// <summary>Workload identities start here; CIDR identities at <see cref="FirstCidr"/>.</summary>
    public const uint FirstWorkload = 256;
    public const uint FirstCidr = 1 << 24;
}
