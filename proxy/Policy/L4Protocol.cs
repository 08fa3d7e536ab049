namespace Jumpgate.Policy;

/// <summary>
/// The protocols that policy distinguishes. <see cref="Other"/> is ICMP and everything else without ports: it follows
/// L3.
/// </summary>
public enum L4Protocol : byte
{
    Other = 0,
    Tcp = 6,
    Udp = 17,
}
