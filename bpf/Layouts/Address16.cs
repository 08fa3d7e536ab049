using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Jumpgate.Bpf;

/// <summary>An address as the kernel maps hold it: 16 bytes in network order, IPv4 as IPv4-mapped IPv6 address
/// (RFC 4291 section 2.5.5.2).</summary>
[InlineArray(Length)]
public struct Address16 : IEquatable<Address16>
{
    /// <summary>Bytes of an address.</summary>
    public const int Length = 16;

    private byte _first;

    /// <summary>Whether both are the same address.</summary>
    public static bool operator ==(in Address16 left, in Address16 right) => left.Equals(right);

    /// <summary>Whether they are different addresses.</summary>
    public static bool operator !=(in Address16 left, in Address16 right) => !left.Equals(right);

    /// <summary>Takes an IPv4 or IPv6 address; the scope of a link-local address is lost.</summary>
    public static Address16 From(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        Address16 result = default;
        Span<byte> bytes = result;
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            bytes[10] = bytes[11] = 0xff;
            address.TryWriteBytes(bytes[12..], out _);
        }
        else
        {
            address.TryWriteBytes(bytes, out _);
        }

        return result;
    }

    /// <summary>The address; a mapped one comes back as IPv4.</summary>
    public readonly IPAddress ToIPAddress()
    {
        var address = new IPAddress(AsSpan(in this));
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }

    /// <inheritdoc/>
    public readonly bool Equals(Address16 other) => AsSpan(in this).SequenceEqual(AsSpan(in other));

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is Address16 other && Equals(other);

    /// <inheritdoc/>
    public override readonly int GetHashCode()
    {
        var words = MemoryMarshal.Cast<byte, ulong>(AsSpan(in this));
        return HashCode.Combine(words[0], words[1]);
    }

    /// <inheritdoc/>
    public override readonly string ToString() => ToIPAddress().ToString();

    private static ReadOnlySpan<byte> AsSpan(ref readonly Address16 address) =>
        MemoryMarshal.CreateReadOnlySpan(ref Unsafe.AsRef(in address._first), Length);
}
