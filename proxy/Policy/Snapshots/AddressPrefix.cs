using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Jumpgate.Policy.Snapshots;

/// <summary>
/// A prefix as a number, ordered so that the prefixes inside another one follow it. IPv4-mapped IPv6 is IPv4 here, as
/// in the kernel's tables.
/// </summary>
internal readonly record struct AddressPrefix(bool IsIPv4, UInt128 Base, int Length) : IComparable<AddressPrefix>
{
    private const int MappedBits = 96;

    public int Bits => IsIPv4 ? 32 : 128;

    /// <summary>The last address of the prefix, as a number.</summary>
    public UInt128 Last => Length == 0
        ? (UInt128.One << (Bits - 1) << 1) - UInt128.One
        : Base + ((UInt128.One << (Bits - Length)) - UInt128.One);

    public static AddressPrefix Of(IPAddress address)
    {
        var (isIPv4, number) = Number(address);
        return new AddressPrefix(isIPv4, number, isIPv4 ? 32 : 128);
    }

    public static AddressPrefix Of(IPNetwork network)
    {
        if (network.BaseAddress.IsIPv4MappedToIPv6 && network.PrefixLength >= MappedBits)
        {
            return Of(network.BaseAddress).Truncate(network.PrefixLength - MappedBits);
        }

        var bytes = network.BaseAddress.GetAddressBytes();
        var isIPv4 = bytes.Length == 4;
        return new AddressPrefix(
            isIPv4,
            isIPv4 ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt128BigEndian(bytes),
            network.PrefixLength);
    }

    public AddressPrefix Truncate(int length)
    {
        var host = Bits - length;
        return new AddressPrefix(IsIPv4, host >= 128 ? UInt128.Zero : Base >> host << host, length);
    }

    /// <summary>True where every address of <paramref name="other"/> is one of this prefix.</summary>
    public bool Contains(AddressPrefix other) =>
        IsIPv4 == other.IsIPv4 && Length <= other.Length && other.Truncate(Length).Base == Base;

    public IPNetwork ToNetwork()
    {
        Span<byte> bytes = stackalloc byte[16];
        if (IsIPv4)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)Base);
            return new IPNetwork(new IPAddress(bytes[..4]), Length);
        }

        BinaryPrimitives.WriteUInt128BigEndian(bytes, Base);
        return new IPNetwork(new IPAddress(bytes), Length);
    }

    public int CompareTo(AddressPrefix other)
    {
        var byFamily = other.IsIPv4.CompareTo(IsIPv4);
        var byBase = byFamily != 0 ? byFamily : Base.CompareTo(other.Base);
        return byBase != 0 ? byBase : Length.CompareTo(other.Length);
    }

    private static (bool IsIPv4, UInt128 Number) Number(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        address.TryWriteBytes(bytes, out _);
        return address.AddressFamily == AddressFamily.InterNetwork
            ? (true, BinaryPrimitives.ReadUInt32BigEndian(bytes))
            : (false, BinaryPrimitives.ReadUInt128BigEndian(bytes));
    }
}
