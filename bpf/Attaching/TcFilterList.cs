using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using Jumpgate.Bpf.Native;

namespace Jumpgate.Bpf;

/// <summary>
/// Lists the filters of an interface (rtnetlink(7), RTM_GETTFILTER) in the current thread's network namespace. libbpf
/// can only ask for one filter by its number, and so cannot see those of others.
/// </summary>
internal static class TcFilterList
{
    private const int NetlinkFamily = 16;
    private const int RawCloseOnExec = 3 | 0x80000;
    private const ushort GetFilter = 46;
    private const ushort NewFilter = 44;
    private const ushort Done = 3;
    private const ushort Error = 2;
    private const ushort RequestDump = 0x301;
    private const int HeaderLength = 16;
    private const int TcLength = 20;
    private const ushort KindAttribute = 1;
    private const ushort OptionsAttribute = 2;
    private const ushort BpfNameAttribute = 7;
    private const ushort BpfIdAttribute = 11;
    private const uint IngressParent = 0xFFFFFFF2;
    private const uint EgressParent = 0xFFFFFFF3;

    /// <summary>All filters on one side; none where the interface or its qdisc is not there.</summary>
    internal static List<TcFilter> Read(int ifindex, TcHook hook)
    {
        using var socket = new BpfFd(Errno.Check(
            LibC.Socket(NetlinkFamily, RawCloseOnExec, 0), "a netlink socket cannot be opened"));
        Send(socket, ifindex, hook);
        var filters = new List<TcFilter>();
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        while (ReadPart(socket, buffer, filters))
        {
        }

        ArrayPool<byte>.Shared.Return(buffer);

        return filters;
    }

    private static unsafe void Send(BpfFd socket, int ifindex, TcHook hook)
    {
        Span<byte> request = stackalloc byte[HeaderLength + TcLength];
        request.Clear();
        MemoryMarshal.Write(request, (uint)request.Length);
        MemoryMarshal.Write(request[4..], GetFilter);
        MemoryMarshal.Write(request[6..], RequestDump);
        MemoryMarshal.Write(request[8..], 1u);
        MemoryMarshal.Write(request[(HeaderLength + 4)..], ifindex);
        MemoryMarshal.Write(request[(HeaderLength + 12)..], hook == TcHook.Ingress ? IngressParent : EgressParent);
        fixed (byte* data = request)
        {
            Errno.Check((int)LibC.Send(socket, data, (nuint)request.Length, 0), "filters cannot be listed");
        }
    }

    private static unsafe bool ReadPart(BpfFd socket, byte[] buffer, List<TcFilter> filters)
    {
        int length;
        fixed (byte* data = buffer)
        {
            do
            {
                length = (int)LibC.Receive(socket, data, (nuint)buffer.Length, 0);
            }
            while (length < 0 && Marshal.GetLastPInvokeError() == Errno.Interrupted);
        }

        Errno.Check(length, "filters cannot be listed");
        for (var rest = buffer.AsSpan(0, length); rest.Length >= HeaderLength;)
        {
            var size = (int)MemoryMarshal.Read<uint>(rest);
            if (size < HeaderLength || size > rest.Length)
            {
                return false;
            }

            switch (MemoryMarshal.Read<ushort>(rest[4..]))
            {
                case Done or Error:
                    return false;
                case NewFilter:
                    filters.Add(Parse(rest[HeaderLength..size]));
                    break;
            }

            rest = rest[Math.Min((size + 3) & ~3, rest.Length)..];
        }

        return length > 0;
    }

    private static TcFilter Parse(ReadOnlySpan<byte> message)
    {
        var filter = new TcFilter(
            MemoryMarshal.Read<uint>(message[8..]),
            MemoryMarshal.Read<uint>(message[16..]) >> 16,
            string.Empty,
            string.Empty,
            0);
        foreach (var (type, range) in Attributes(message[TcLength..]))
        {
            var value = message[TcLength..][range];
            if (type == KindAttribute)
            {
                filter = filter with { Kind = Text(value) };
            }
            else if (type == OptionsAttribute)
            {
                filter = ParseOptions(filter, value);
            }
        }

        return filter;
    }

    private static TcFilter ParseOptions(TcFilter filter, ReadOnlySpan<byte> options)
    {
        // Only the classifier "bpf" numbers its options this way; the kind comes before them.
        if (filter.Kind != "bpf")
        {
            return filter;
        }

        foreach (var (type, range) in Attributes(options))
        {
            filter = type switch
            {
                BpfNameAttribute => filter with { ProgramName = Text(options[range]) },
                BpfIdAttribute => filter with { ProgramId = MemoryMarshal.Read<uint>(options[range]) },
                _ => filter,
            };
        }

        return filter;
    }

    private static List<(ushort Type, Range Range)> Attributes(ReadOnlySpan<byte> bytes)
    {
        var attributes = new List<(ushort, Range)>();
        for (var offset = 0; offset + 4 <= bytes.Length;)
        {
            var length = MemoryMarshal.Read<ushort>(bytes[offset..]);
            if (length < 4 || offset + length > bytes.Length)
            {
                break;
            }

            attributes.Add(((ushort)(MemoryMarshal.Read<ushort>(bytes[(offset + 2)..]) & 0x3fff),
                (offset + 4)..(offset + length)));
            offset += (length + 3) & ~3;
        }

        return attributes;
    }

    private static string Text(ReadOnlySpan<byte> value) => Encoding.ASCII.GetString(value.TrimEnd((byte)0));
}
