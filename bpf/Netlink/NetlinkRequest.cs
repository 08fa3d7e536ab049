using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Jumpgate.Bpf.Netlink;

/// <summary>One request under construction: header, fixed part, attributes (netlink(7)); native byte order.</summary>
internal sealed class NetlinkRequest
{
    public const int HeaderLength = 16;

    private readonly byte[] buffer = new byte[512];
    private int length = HeaderLength;

    public NetlinkRequest(ushort type, ushort flags, ReadOnlySpan<byte> fixedPart)
    {
        Flags = (ushort)(flags | RouteMessages.FlagRequest);
        MemoryMarshal.Write(buffer.AsSpan(4), type);
        MemoryMarshal.Write(buffer.AsSpan(6), Flags);
        fixedPart.CopyTo(buffer.AsSpan(length));
        length += Align(fixedPart.Length);
    }

    public ushort Flags { get; }

    public static int Align(int value) => (value + 3) & ~3;

    public NetlinkRequest Add(ushort type, ReadOnlySpan<byte> value)
    {
        MemoryMarshal.Write(buffer.AsSpan(length), (ushort)(4 + value.Length));
        MemoryMarshal.Write(buffer.AsSpan(length + 2), type);
        value.CopyTo(buffer.AsSpan(length + 4));
        length += Align(4 + value.Length);
        return this;
    }

    public NetlinkRequest Add(ushort type, uint value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        MemoryMarshal.Write(bytes, value);
        return Add(type, bytes);
    }

    public NetlinkRequest Add(ushort type, byte value) => Add(type, [value]);

    public NetlinkRequest Add(ushort type, string value) => Add(type, Encoding.UTF8.GetBytes(value + '\0'));

    public ReadOnlySpan<byte> Complete(uint sequence)
    {
        MemoryMarshal.Write(buffer.AsSpan(0), length);
        MemoryMarshal.Write(buffer.AsSpan(8), sequence);
        BinaryPrimitives.WriteUInt32LittleEndian(buffer.AsSpan(12), 0);
        return buffer.AsSpan(0, length);
    }
}
