using System.Buffers.Binary;
using Jumpgate.Bpf.Native;

namespace Jumpgate.Bpf;

/// <summary>Asks rtnetlink (RTM_GETTFILTER) whether a clsact qdisc still has filters of anybody.</summary>
internal static unsafe class TcFilterDump
{
    private const int Netlink = 16;
    private const int RawCloseOnExec = 3 | 0x80000;
    private const ushort GetTcFilter = 46;
    private const ushort NewTcFilter = 44;
    private const ushort RequestDump = 0x301;
    private const ushort Done = 3;
    private const ushort Error = 2;
    private const uint IngressParent = 0xFFFFFFF2;
    private const uint EgressParent = 0xFFFFFFF3;
    private const int HeaderLength = 16;
    private const int MessageLength = HeaderLength + 20;

    internal static bool IsEmpty(int ifindex) => IsEmpty(ifindex, IngressParent) && IsEmpty(ifindex, EgressParent);

    private static bool IsEmpty(int ifindex, uint parent)
    {
        using var socket = new BpfFd(Errno.Check(LibC.Socket(Netlink, RawCloseOnExec, 0), "cannot open rtnetlink"));
        Span<byte> request = stackalloc byte[MessageLength];
        request.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(request, MessageLength);
        BinaryPrimitives.WriteUInt16LittleEndian(request[4..], GetTcFilter);
        BinaryPrimitives.WriteUInt16LittleEndian(request[6..], RequestDump);
        BinaryPrimitives.WriteInt32LittleEndian(request[20..], ifindex);
        BinaryPrimitives.WriteUInt32LittleEndian(request[28..], parent);
        fixed (byte* data = request)
        {
            if (LibC.Send(socket, data, MessageLength, 0) < 0)
            {
                return false;
            }
        }

        var buffer = new byte[65536];
        while (true)
        {
            nint received;
            fixed (byte* data = buffer)
            {
                received = LibC.Receive(socket, data, (nuint)buffer.Length, 0);
            }

            if (received < HeaderLength)
            {
                return false;
            }

            for (var rest = buffer.AsSpan(0, (int)received); rest.Length >= HeaderLength;)
            {
                var length = BinaryPrimitives.ReadInt32LittleEndian(rest);
                var type = BinaryPrimitives.ReadUInt16LittleEndian(rest[4..]);
                if (type is Done or Error)
                {
                    return true;
                }

                if (type == NewTcFilter)
                {
                    return false;
                }

                rest = rest[Math.Min(rest.Length, Math.Max(HeaderLength, (length + 3) & ~3))..];
            }
        }
    }
}
