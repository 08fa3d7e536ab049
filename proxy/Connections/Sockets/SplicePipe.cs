using System.Runtime.InteropServices;

namespace Jumpgate.Connections.Sockets;

/// <summary>A pipe(7) through which bytes pass from one socket to another without being copied: splice(2) moves the
/// pages that they lie in.</summary>
internal sealed class SplicePipe : IDisposable
{
    /// <summary>Most bytes that are in it at once.</summary>
    public const int Capacity = 256 * 1024;

    /// <summary>
    /// Each piece of a packet takes a slot of a page, however small it is: room for more of them than bytes.
    /// </summary>
    private const int WantedSize = 1024 * 1024;

    private readonly ChannelHandle _out;
    private readonly ChannelHandle _in;

    private SplicePipe(ChannelHandle @out, ChannelHandle @in)
    {
        _out = @out;
        _in = @in;
    }

    /// <summary>Bytes that are in it.</summary>
    public int Held { get; private set; }

    /// <summary>Null where there is no room for more open files.</summary>
    public static unsafe SplicePipe? TryCreate()
    {
        var ends = stackalloc int[2];
        if (SocketNative.CreatePipe(ends, SocketNative.NonBlocking | SocketNative.CloseOnExec) != 0)
        {
            return null;
        }

        var @out = new ChannelHandle();
        var @in = new ChannelHandle();
        Marshal.InitHandle(@out, ends[0]);
        Marshal.InitHandle(@in, ends[1]);
        // Who may not have so much (pipe-user-pages-soft) has the 64 KiB that every pipe starts with.
        _ = SocketNative.Control(@in, SocketNative.SetPipeSize, WantedSize);
        return new SplicePipe(@out, @in);
    }

    /// <summary>From a socket into the empty pipe.</summary>
    /// <returns>As of splice(2): bytes, 0 at the end, or -1 and an errno.</returns>
    public unsafe int Fill(ChannelHandle from, int most)
    {
        const uint Flags = SocketNative.SpliceMove | SocketNative.SpliceNonBlocking;
        var count = (int)SocketNative.Splice(from, null, _in, null, (nuint)Math.Min(most, Capacity), Flags);
        Held += Math.Max(count, 0);
        return count;
    }

    /// <summary>From the pipe into a socket.</summary>
    /// <param name="more">More of the same message follows at once.</param>
    /// <returns>As of splice(2): bytes, or -1 and an errno.</returns>
    public unsafe int Drain(ChannelHandle to, bool more)
    {
        const uint Flags = SocketNative.SpliceMove | SocketNative.SpliceNonBlocking;
        var count = (int)SocketNative.Splice(
            _out, null, to, null, (nuint)Held, more ? Flags | SocketNative.SpliceMore : Flags);
        Held -= Math.Max(count, 0);
        return count;
    }

    public void Dispose()
    {
        _out.Dispose();
        _in.Dispose();
    }
}
