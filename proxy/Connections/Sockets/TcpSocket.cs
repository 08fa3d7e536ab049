using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Jumpgate.Connections.Sockets;

/// <summary>A TCP socket that is not connected: it gets its options, then listens or connects.</summary>
public sealed class TcpSocket : IDisposable
{
    private readonly ChannelHandle _handle;

    private TcpSocket(ChannelHandle handle) => _handle = handle;

    public SafeHandle Handle => _handle;

    /// <exception cref="SocketException">There is no such family, or no room for another socket.</exception>
    public static TcpSocket Create(AddressFamily family)
    {
        var handle = SocketNative.Socket(NativeAddress.Family(family), SocketNative.Stream, 0);
        if (handle.IsInvalid)
        {
            throw Errno.LastError();
        }

        var socket = new TcpSocket(handle);
        try
        {
            socket.SetOption(SocketNative.SolTcp, SocketNative.TcpNoDelay, 1);
            if (family == AddressFamily.InterNetworkV6)
            {
                socket.SetOption(SocketNative.SolIPv6, SocketNative.IPv6Only, 1);
            }

            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public unsafe void SetOption(int level, int option, int value)
    {
        if (SocketNative.SetOption(_handle, level, option, &value, sizeof(int)) != 0)
        {
            throw Errno.LastError();
        }
    }

    /// <inheritdoc cref="TcpChannel.TrySetCongestionControl"/>
    public bool TrySetCongestionControl(string name) =>
        SocketNative.TrySetCongestionControl(_handle, name);

    public unsafe void Bind(IPEndPoint to)
    {
        ArgumentNullException.ThrowIfNull(to);
        var address = stackalloc byte[NativeAddress.MaxSize];
        var length = NativeAddress.Write(to, new Span<byte>(address, NativeAddress.MaxSize));
        if (SocketNative.Bind(_handle, address, length) != 0)
        {
            throw Errno.LastError();
        }
    }

    /// <summary>This object is the listener's from now on.</summary>
    /// <param name="mayJoin">As of <see cref="ConnectAsync"/>, for what is accepted.</param>
    public TcpListeningSocket Listen(int backlog, bool mayJoin)
    {
        if (SocketNative.Listen(_handle, backlog) != 0)
        {
            throw Errno.LastError();
        }

        return new TcpListeningSocket(_handle, mayJoin);
    }

    /// <summary>Connects. This object is the channel's from now on, also where that fails.</summary>
    /// <param name="mayJoin">The socket may join a sockmap when it is established
    /// (<see cref="TcpChannel.MayHaveJoined"/>).</param>
    /// <exception cref="SocketException">The other side refused, is unreachable, or did not answer in time.</exception>
    public ValueTask<TcpChannel> ConnectAsync(
        IPEndPoint to, bool mayJoin, TimeSpan timeout, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(to);
        var channel = new TcpChannel(_handle, EventLoop.Near, mayJoin);
        try
        {
            channel.ClearWritable();
            // The first call begins; on this node the second one mostly finds the answer there already.
            return IsConnected(to) || IsConnected(to)
                ? new ValueTask<TcpChannel>(channel)
                : WaitAsync(channel, to, timeout, cancellation);
        }
        catch
        {
            channel.Dispose();
            throw;
        }
    }

    public void Dispose() => _handle.Dispose();

    private async ValueTask<TcpChannel> WaitAsync(
        TcpChannel channel, IPEndPoint to, TimeSpan timeout, CancellationToken cancellation)
    {
        var late = false;
        try
        {
            await using var limit = new Timer(
                _ =>
                {
                    Volatile.Write(ref late, true);
                    channel.Dispose();
                },
                null,
                timeout,
                Timeout.InfiniteTimeSpan);
            await using var cancelled = cancellation.UnsafeRegister(static c => ((TcpChannel)c!).Dispose(), channel);
            do
            {
                await channel.WaitWritableAsync();
                channel.ClearWritable();
            }
            while (!IsConnected(to));
            return channel;
        }
        catch (Exception e)
        {
            channel.Dispose();
            cancellation.ThrowIfCancellationRequested();
            if (e is ObjectDisposedException && Volatile.Read(ref late))
            {
                throw new SocketException((int)SocketError.TimedOut);
            }

            throw;
        }
    }

    /// <summary>connect(2), which says how far it has come when it is called again.</summary>
    private unsafe bool IsConnected(IPEndPoint to)
    {
        var address = stackalloc byte[NativeAddress.MaxSize];
        var length = NativeAddress.Write(to, new Span<byte>(address, NativeAddress.MaxSize));
        if (SocketNative.Connect(_handle, address, length) == 0)
        {
            return true;
        }

        const int AlreadyConnected = 106;
        return Marshal.GetLastPInvokeError() switch
        {
            Errno.InProgress or Errno.AlreadyConnecting or Errno.Interrupted => false,
            AlreadyConnected => true,
            _ => throw Errno.LastError(),
        };
    }
}
