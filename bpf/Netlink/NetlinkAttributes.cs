using System.Runtime.InteropServices;
using System.Text;

namespace Jumpgate.Bpf.Netlink;

/// <summary>Walks type-length-value attributes. A malformed tail ends the walk: the kernel does not send one.</summary>
internal ref struct NetlinkAttributes
{
    private const ushort TypeMask = 0x3fff;

    private ReadOnlySpan<byte> rest;

    public NetlinkAttributes(ReadOnlySpan<byte> attributes) => rest = attributes;

    public ushort Type { get; private set; }

    public ReadOnlySpan<byte> Value { get; private set; }

    public readonly uint UInt32 => Value.Length >= sizeof(uint) ? MemoryMarshal.Read<uint>(Value) : 0;

    public readonly string Text => Encoding.UTF8.GetString(Value.TrimEnd((byte)0));

    /// <summary>Past the fixed part of a payload; empty where the payload is too short.</summary>
    public static NetlinkAttributes After(ReadOnlySpan<byte> payload, int fixedLength) =>
        new(payload.Length <= fixedLength ? default : payload[NetlinkRequest.Align(fixedLength)..]);

    public bool MoveNext()
    {
        if (rest.Length < 4)
        {
            return false;
        }

        int length = MemoryMarshal.Read<ushort>(rest);
        if (length < 4 || length > rest.Length)
        {
            return false;
        }

        Type = (ushort)(MemoryMarshal.Read<ushort>(rest[2..]) & TypeMask);
        Value = rest[4..length];
        rest = rest[Math.Min(NetlinkRequest.Align(length), rest.Length)..];
        return true;
    }
}
