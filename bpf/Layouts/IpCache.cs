using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Jumpgate.Bpf;

/// <summary>A prefix (struct ipcache_key); IPv4 prefixes count 96 + n bits.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct IpCacheKey(uint PrefixLength, Address16 Address)
{
    /// <summary>The key of a prefix.</summary>
    public static IpCacheKey From(IPNetwork network) =>
        From(network.BaseAddress, network.PrefixLength);

    /// <summary>The key of a prefix; the length counts in the address's own family.</summary>
    public static IpCacheKey From(IPAddress address, int prefixLength)
    {
        ArgumentNullException.ThrowIfNull(address);
        var offset = address.AddressFamily == AddressFamily.InterNetwork ? 96 : 0;
        ArgumentOutOfRangeException.ThrowIfNegative(prefixLength);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(prefixLength, 128 - offset);
        return new((uint)(prefixLength + offset), Address16.From(address));
    }
}

/// <summary>Whose a prefix is (struct ipcache_entry).</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct IpCacheValue(uint Identity, uint Group);
