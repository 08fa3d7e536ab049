using System.Runtime.InteropServices;

namespace Jumpgate.Bpf.Netlink;

/// <summary>Walks the messages of one datagram.</summary>
internal ref struct NetlinkMessages
{
    private ReadOnlySpan<byte> rest;

    public NetlinkMessages(ReadOnlySpan<byte> datagram) => rest = datagram;

    public ushort Type { get; private set; }

    public ushort Flags { get; private set; }

    public uint Sequence { get; private set; }

    public ReadOnlySpan<byte> Payload { get; private set; }

    /// <summary>Of an Error or Done message: errno as a positive number, 0 for success.</summary>
    public readonly int ErrorNumber => Payload.Length >= sizeof(int) ? -MemoryMarshal.Read<int>(Payload) : 0;

    /// <summary>Of an Error or Done message: the kernel's own words (NLMSGERR_ATTR_MSG), where it has any.</summary>
    public readonly string? ErrorText
    {
        get
        {
            if ((Flags & RouteMessages.FlagAckAttributes) == 0 || Payload.Length < sizeof(int))
            {
                return null;
            }

            var offset = sizeof(int);
            if (Type == RouteMessages.Error)
            {
                // The failed request follows the errno: whole, or only its header where the answer says "capped".
                if (Payload.Length < sizeof(int) + NetlinkRequest.HeaderLength)
                {
                    return null;
                }

                offset += (Flags & RouteMessages.FlagCapped) != 0
                    ? NetlinkRequest.HeaderLength
                    : NetlinkRequest.Align(MemoryMarshal.Read<int>(Payload[sizeof(int)..]));
            }

            var attributes = NetlinkAttributes.After(Payload, offset);
            while (attributes.MoveNext())
            {
                if (attributes.Type == RouteMessages.ErrorText)
                {
                    return attributes.Text;
                }
            }

            return null;
        }
    }

    public bool MoveNext()
    {
        if (rest.Length < NetlinkRequest.HeaderLength)
        {
            return false;
        }

        var length = MemoryMarshal.Read<int>(rest);
        if (length < NetlinkRequest.HeaderLength || length > rest.Length)
        {
            return false;
        }

        Type = MemoryMarshal.Read<ushort>(rest[4..]);
        Flags = MemoryMarshal.Read<ushort>(rest[6..]);
        Sequence = MemoryMarshal.Read<uint>(rest[8..]);
        Payload = rest[NetlinkRequest.HeaderLength..length];
        rest = rest[Math.Min(NetlinkRequest.Align(length), rest.Length)..];
        return true;
    }
}
