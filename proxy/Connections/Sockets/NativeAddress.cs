using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Jumpgate.Connections.Sockets;

/// <summary>struct sockaddr_in and sockaddr_in6.</summary>
internal static class NativeAddress
{
    public const int MaxSize = 28;
    public const int IPv4 = 2;
    public const int IPv6 = 10;

    private const int IPv4Size = 16;
    private const int AddressOffset = 8;

    public static int Family(AddressFamily family) => family switch
    {
        AddressFamily.InterNetwork => IPv4,
        AddressFamily.InterNetworkV6 => IPv6,
        _ => throw new ArgumentOutOfRangeException(nameof(family), family, "neither IPv4 nor IPv6"),
    };

    /// <returns>Its size.</returns>
    public static int Write(IPEndPoint endPoint, Span<byte> to)
    {
        to.Clear();
        var family = (ushort)Family(endPoint.AddressFamily);
        MemoryMarshal.Write(to, in family);
        BinaryPrimitives.WriteUInt16BigEndian(to[2..], (ushort)endPoint.Port);
        if (family == IPv4)
        {
            endPoint.Address.TryWriteBytes(to[4..], out _);
            return IPv4Size;
        }

        var scope = (uint)endPoint.Address.ScopeId;
        endPoint.Address.TryWriteBytes(to[AddressOffset..], out _);
        MemoryMarshal.Write(to[(AddressOffset + 16)..], in scope);
        return MaxSize;
    }

    public static IPEndPoint Read(ReadOnlySpan<byte> from)
    {
        var port = BinaryPrimitives.ReadUInt16BigEndian(from[2..]);
        return MemoryMarshal.Read<ushort>(from) == IPv4
            ? new IPEndPoint(new IPAddress(from.Slice(4, 4)), port)
            : new IPEndPoint(new IPAddress(from.Slice(AddressOffset, 16)), port);
    }
}
