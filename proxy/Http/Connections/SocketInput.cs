using System.Buffers;
using System.Net.Sockets;

namespace Jumpgate.Http.Connections;

/// <summary>
/// The receiving half of a connection: a window of contiguous bytes, so that heads are parsed in place. The buffer grows with
/// what arrives and shrinks again, so that a waiting connection holds little.
/// </summary>
internal sealed class SocketInput(Socket socket) : IDisposable
{
    private const int SmallSize = 4 * 1024;
    private const int LargeSize = 64 * 1024;

    private byte[] _buffer = [];
    private int _start;
    private int _end;
    private int _wanted = SmallSize;
    private Task? _readable;
    private Task<int>? _filling;

    public Socket Socket { get; } = socket;

    public ReadOnlySpan<byte> Unread => _buffer.AsSpan(_start, _end - _start);

    public ReadOnlyMemory<byte> UnreadMemory => _buffer.AsMemory(_start, _end - _start);

    public bool IsEmpty => _start == _end;

    /// <summary>Bytes consumed so far. Not those that were read: a fill under way would add some that nobody has seen.</summary>
    public long TotalConsumed { get; private set; }

    /// <summary>A read has failed: the peer has reset the connection, or it is ours no more.</summary>
    public bool IsBroken { get; private set; }

    public void Consume(int count)
    {
        _start += count;
        TotalConsumed += count;
    }

    /// <summary>Puts bytes in front that somebody else has read from the socket.</summary>
    public void Preload(ReadOnlySpan<byte> bytes)
    {
        MakeRoom(bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(_end));
        _end += bytes.Length;
    }

    /// <summary>Waits without a buffer until there is something to read (or the end): the same task until it is complete, so
    /// that who waits for several things can come back to it.</summary>
    public Task WatchAsync()
    {
        if (!IsEmpty)
        {
            return Task.CompletedTask;
        }

        if (_filling is not null)
        {
            return _filling;
        }

        if (_readable is null or { IsCompleted: true })
        {
            Release();
            _readable = Socket.WaitReadableAsync().AsTask();
        }

        return _readable;
    }

    /// <summary>
    /// Starts to read ahead on an idle connection, which costs nothing more (the next read would have begun so) and lets
    /// <see cref="HasArrived"/> tell without a look.
    /// </summary>
    public void BeginFill() => _filling ??= ReceiveAsync().AsTask();

    /// <summary>True where bytes, or the end, have come since <see cref="BeginFill"/> or <see cref="WatchAsync"/>.</summary>
    public bool HasArrived => !IsEmpty || _filling is { IsCompleted: true } || _readable is { IsCompleted: true };

    /// <summary>Reads more behind what is unread, growing the buffer when it is full.</summary>
    /// <returns>Bytes read; 0 at the end of the stream.</returns>
    public ValueTask<int> FillAsync()
    {
        _readable = null;
        if (_filling is not { } begun)
        {
            return ReceiveAsync();
        }

        _filling = null;
        return new ValueTask<int>(begun);
    }

    /// <summary>After <see cref="WatchAsync"/>: false where it was the end that came.</summary>
    public async ValueTask<bool> TakeAsync() => (!IsEmpty && _filling is null) || await FillAsync() > 0;

    public void Dispose()
    {
        if (_filling is { IsCompleted: false })
        {
            // The kernel may still be writing there: the buffer is not for others.
            _buffer = [];
            _ = _filling.ContinueWith(static t => t.Exception, TaskScheduler.Default);
        }

        _filling = null;
        Release();
    }

    private async ValueTask<int> ReceiveAsync()
    {
        if (IsEmpty && _buffer.Length > _wanted)
        {
            Release();
        }

        MakeRoom(1);
        var room = _buffer.Length - _end;
        int count;
        try
        {
            count = await Socket.ReceiveAsync(_buffer.AsMemory(_end));
        }
        catch
        {
            IsBroken = true;
            throw;
        }

        _wanted = count == room ? Math.Min(_buffer.Length * 4, LargeSize) : count <= SmallSize ? SmallSize : _wanted;
        _end += count;
        return count;
    }

    private void Release()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }

        _start = _end = 0;
    }

    private void MakeRoom(int needed)
    {
        if (_start == _end)
        {
            _start = _end = 0;
        }

        if (_buffer.Length - _end >= needed)
        {
            return;
        }

        var unread = _end - _start;
        if (_start > 0 && _buffer.Length - unread >= needed)
        {
            Buffer.BlockCopy(_buffer, _start, _buffer, 0, unread);
        }
        else
        {
            var least = unread == 0 ? needed : Math.Max(_buffer.Length * 2, unread + needed);
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_wanted, least));
            Buffer.BlockCopy(_buffer, _start, larger, 0, unread);
            if (_buffer.Length > 0)
            {
                ArrayPool<byte>.Shared.Return(_buffer);
            }

            _buffer = larger;
        }

        _start = 0;
        _end = unread;
    }
}
