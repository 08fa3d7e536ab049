using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Jumpgate.Connections.Sockets;

/// <summary>
/// A connected TCP socket, served by an <see cref="EventLoop"/>. At most one reads and one writes at a time; closing is
/// for everybody. What the network does to it is a <see cref="SocketException"/>, what we do an
/// <see cref="ObjectDisposedException"/>.
/// </summary>
public sealed partial class TcpChannel : IDisposable
{
    /// <summary>What a try returns where there is nothing to do now.</summary>
    public const int WouldBlock = -1;

    /// <summary>Reads that find something at once before others on the loop have their turn.</summary>
    private const int MaxTurns = 32;

    private const int Open = 0;
    private const int Closed = 1;
    private const int Given = 2;

    private readonly ChannelHandle _handle;
    private readonly EventLoop _loop;
    private ReadySignal _read = new();
    private ReadySignal _write = new();
    private ulong _slot;
    private bool _watchesWrites;
    private int _turns;
    private int _state;
    private volatile bool _sawMore;
    private volatile bool _mayHaveJoined;

    internal TcpChannel(ChannelHandle handle, EventLoop loop, bool mayHaveJoined)
    {
        _handle = handle;
        _loop = loop;
        _mayHaveJoined = mayHaveJoined;
        loop.Enter();
    }

    /// <summary>The descriptor, for those who ask the kernel about it.</summary>
    public SafeHandle Handle => _handle;

    /// <summary>Where who waits for it continues.</summary>
    public EventLoop Loop => _loop;

    /// <summary>Takes over what .NET's socket stands for, and closes that.</summary>
    public static TcpChannel Adopt(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        const int DuplicateForUsAlone = 1030; // F_DUPFD_CLOEXEC
        using (socket)
        {
            var handle = SocketNative.Duplicate(socket.SafeHandle, DuplicateForUsAlone, 0);
            if (handle.IsInvalid || SocketNative.Control(handle, SocketNative.SetFlags, SocketNative.NonBlocking) != 0)
            {
                throw Errno.LastError();
            }

            return new TcpChannel(handle, EventLoop.Near, mayHaveJoined: true);
        }
    }

    /// <summary>Hands the descriptor on to .NET's socket; this object is closed then.</summary>
    public Socket Release()
    {
        ObjectDisposedException.ThrowIf(Interlocked.CompareExchange(ref _state, Given, Open) != Open, this);
        Leave(_handle);
        var descriptor = _handle.DangerousGetHandle();
        _handle.SetHandleAsInvalid();
        return new Socket(new SafeSocketHandle(descriptor, ownsHandle: true));
    }

    /// <summary>
    /// True where the socket is in a sockmap, or nobody has asked the kernel yet: it has two places to read from then,
    /// and a short read does not say that nothing more is there.
    /// </summary>
    public bool MayHaveJoined => _mayHaveJoined;

    /// <summary>The kernel says so. Sockets join before their first byte or never.</summary>
    public void HasNotJoined() => _mayHaveJoined = false;

    /// <summary>
    /// False: <see cref="TryReceive(Span{byte})"/> would find nothing, or others have their turn first.
    /// </summary>
    public bool MayRead => _read.IsReady && _turns < MaxTurns;

    /// <summary>True where something, or the end, has come and is unread. Does not read it.</summary>
    public bool HasArrived
    {
        get
        {
            if (!_read.IsReady)
            {
                return false;
            }

            try
            {
                Span<byte> one = stackalloc byte[1];
                return TryReceive(one, SocketNative.Peek) != WouldBlock;
            }
            catch (SocketException)
            {
                return true;
            }
        }
    }

    /// <summary>Our end's address: for a redirected connection, where its client wanted to go.</summary>
    public unsafe IPEndPoint GetLocalAddress()
    {
        var address = stackalloc byte[NativeAddress.MaxSize];
        var length = NativeAddress.MaxSize;
        return SocketNative.GetName(_handle, address, ref length) == 0
            ? NativeAddress.Read(new ReadOnlySpan<byte>(address, length))
            : throw Errno.LastError();
    }

    /// <returns>Bytes received; 0: the end; or <see cref="WouldBlock"/>: <see cref="WaitReadableAsync"/>
    /// first.</returns>
    public int TryReceive(Span<byte> buffer)
    {
        if (!MayRead)
        {
            return WouldBlock;
        }

        var count = TryReceive(buffer, 0);
        if (count > 0)
        {
            _turns++;
        }

        return count;
    }

    /// <returns>Bytes sent, or <see cref="WouldBlock"/>: <see cref="WaitWritableAsync"/> first.</returns>
    public unsafe int TrySend(ReadOnlySpan<byte> bytes)
    {
        while (true)
        {
            nint count;
            fixed (byte* data = bytes)
            {
                count = SocketNative.Send(_handle, data, (nuint)bytes.Length, SocketNative.NoSignal);
            }

            if (count >= 0)
            {
                return (int)count;
            }

            if (!MayTrySendAgain(Marshal.GetLastPInvokeError()))
            {
                return WouldBlock;
            }
        }
    }

    /// <summary>Sends all of it.</summary>
    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        var sent = bytes.IsEmpty ? 0 : TrySend(bytes.Span);
        return sent == bytes.Length ? default : SendRestAsync(sent == WouldBlock ? bytes : bytes[sent..]);
    }

    /// <summary>
    /// Closes with a reset instead of a FIN: the other side learns at once that nothing more comes or is read.
    /// </summary>
    public unsafe void Reset()
    {
        try
        {
            var linger = 1L; // struct linger: on, 0 seconds.
            _ = SocketNative.SetOption(_handle, SocketNative.SolSocket, SocketNative.SoLinger, &linger, sizeof(long));
        }
        catch (ObjectDisposedException)
        {
            // Already closed.
        }

        Dispose();
    }

    /// <summary>Has the kernel use another TCP congestion control (tcp(7), TCP_CONGESTION).</summary>
    /// <returns>False where there is none of that name: it stays what it was.</returns>
    public bool TrySetCongestionControl(string name) =>
        SocketNative.TrySetCongestionControl(_handle, name);

    /// <summary>Nothing more is sent; the other direction goes on.</summary>
    public void TryShutdownSend()
    {
        try
        {
            // The other side may have gone already.
            _ = SocketNative.Shutdown(_handle, SocketNative.ShutdownSend);
        }
        catch (ObjectDisposedException)
        {
            // So have we.
        }
    }

    /// <summary>Before an act on the descriptor that is no read: what comes from now on is told.</summary>
    internal void ClearReadable() => _read.Clear();

    internal void SetReadable() => _read.Set();

    internal void ClearWritable() => _write.Clear();

    /// <summary>
    /// Closes with a FIN, or with a reset where something is unread. Who waits is continued on the loop.
    /// </summary>
    public void Dispose()
    {
        if (Interlocked.CompareExchange(ref _state, Closed, Open) != Open)
        {
            return;
        }

        Leave(null);
        _handle.Dispose();
        Continue(_read.Take());
        Continue(_write.Take());
    }

    /// <summary>After a send that failed: whether another one at once may not. False: there is no room.</summary>
    /// <exception cref="SocketException">The connection is broken.</exception>
    private bool MayTrySendAgain(int error)
    {
        switch (error)
        {
            case Errno.Interrupted:
                return true;
            case Errno.WouldBlock when _write.IsReady:
                // Once more: room that came before it was cleared would be forgotten.
                _write.Clear();
                return true;
            case Errno.WouldBlock:
                return false;
            default:
                throw Errno.Error(error);
        }
    }

    private async ValueTask SendRestAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var sent = TrySend(bytes.Span);
            if (sent == WouldBlock)
            {
                await WaitWritableAsync();
            }
            else
            {
                bytes = bytes[sent..];
            }
        }
    }

    private unsafe int TryReceive(Span<byte> buffer, int flags)
    {
        while (true)
        {
            _read.Clear();
            nint count;
            fixed (byte* data = buffer)
            {
                count = SocketNative.Receive(_handle, data, (nuint)buffer.Length, flags);
            }

            if (count >= 0)
            {
                // A stream that gave less than was asked for has no more for now (epoll(7)).
                if (count == 0 || count == buffer.Length || _mayHaveJoined || _sawMore || _slot == 0)
                {
                    _read.Set();
                }

                return (int)count;
            }

            switch (Marshal.GetLastPInvokeError())
            {
                case Errno.Interrupted:
                    continue;
                case Errno.WouldBlock:
                    if (_slot == 0 && flags == SocketNative.Peek)
                    {
                        // Nobody would tell of what comes: the next look is one.
                        _read.Set();
                    }

                    return WouldBlock;
                default:
                    _read.Set();
                    throw Errno.LastError();
            }
        }
    }
}
