using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Jumpgate.Connections.Sockets;

/// <summary>Accepts connections and spreads them over the event loops.</summary>
public sealed class TcpListeningSocket : IDisposable
{
    /// <summary>Connections that are accepted at once before others on the loop have their turn.</summary>
    private const int MaxTurns = 32;

    private readonly ChannelHandle _handle;
    private readonly TcpChannel _channel;
    private readonly bool _mayJoin;
    private int _turns;

    internal TcpListeningSocket(ChannelHandle handle, bool mayJoin)
    {
        _handle = handle;
        _mayJoin = mayJoin;
        _channel = new TcpChannel(handle, EventLoop.Idlest, mayHaveJoined: false);
    }

    public SafeHandle Handle => _handle;

    /// <summary>Where it listens.</summary>
    public IPEndPoint LocalAddress => _channel.GetLocalAddress();

    /// <exception cref="ObjectDisposedException">It has been closed.</exception>
    /// <exception cref="SocketException">There is no room for another socket.</exception>
    public async ValueTask<(TcpChannel Channel, IPEndPoint Peer)> AcceptAsync()
    {
        if (_turns == MaxTurns)
        {
            // A flood of connections must not keep those that are open from being served.
            _turns = 0;
            await _channel.RestAsync();
        }

        while (true)
        {
            if (TryAccept() is { } accepted)
            {
                _turns++;
                return accepted;
            }

            _turns = 0;
            await _channel.WaitReadableAsync();
        }
    }

    public void Dispose() => _channel.Dispose();

    private unsafe (TcpChannel Channel, IPEndPoint Peer)? TryAccept()
    {
        const int ConnectionAborted = 103;
        var address = stackalloc byte[NativeAddress.MaxSize];
        while (true)
        {
            _channel.ClearReadable();
            var length = NativeAddress.MaxSize;
            var handle = SocketNative.Accept(
                _handle, address, ref length, SocketNative.NonBlocking | SocketNative.CloseOnExec);
            if (!handle.IsInvalid)
            {
                _channel.SetReadable();
                return (new TcpChannel(handle, EventLoop.Idlest, _mayJoin),
                    NativeAddress.Read(new ReadOnlySpan<byte>(address, length)));
            }

            switch (Marshal.GetLastPInvokeError())
            {
                case Errno.Interrupted or ConnectionAborted:
                    continue;
                case Errno.WouldBlock:
                    return null;
                default:
                    _channel.SetReadable();
                    throw Errno.LastError();
            }
        }
    }
}
