using System.Buffers;
using System.Runtime.CompilerServices;
using Jumpgate.Connections.Sockets;

namespace Jumpgate.Http.Connections;

/// <summary>
/// The receiving half of a connection: a window of contiguous bytes, so that heads are parsed in place. The buffer
/// grows with what arrives and shrinks again; a connection that waits holds none.
/// </summary>
internal sealed class SocketInput(TcpChannel channel) : IDisposable
{
    private const int SmallSize = 4 * 1024;
    private const int LargeSize = 64 * 1024;

    private byte[] _buffer = [];
    private int _start;
    private int _end;
    private int _wanted = SmallSize;
    private Task? _readable;

    public TcpChannel Channel { get; } = channel;

    public ReadOnlySpan<byte> Unread => _buffer.AsSpan(_start, _end - _start);

    public ReadOnlyMemory<byte> UnreadMemory => _buffer.AsMemory(_start, _end - _start);

    public bool IsEmpty => _start == _end;

    /// <summary>Bytes consumed so far. Not those that were read: the next message may have begun.</summary>
    public long TotalConsumed { get; private set; }

    /// <summary>A read has failed: the peer has reset the connection, or it is ours no more.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>True where bytes, or the end, are there and nobody has consumed them.</summary>
    public bool HasArrived => !IsEmpty || Channel.HasArrived;

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

    /// <summary>Waits without a buffer until there is something to read (or the end): the same task until it is
    /// complete, so that who waits for several things can come back to it.</summary>
    public Task WatchAsync()
    {
        if (!IsEmpty)
        {
            return Task.CompletedTask;
        }

        if (_readable is null or { IsCompleted: true })
        {
            _readable = WatchBareAsync();
        }

        return _readable;
    }

    /// <summary>Reads what is there behind what is unread, growing the buffer when it is full.</summary>
    /// <returns>Bytes read; 0 at the end of the stream; or <see cref="TcpChannel.WouldBlock"/>.</returns>
    public int TryFill()
    {
        if (!Channel.MayRead)
        {
            return TcpChannel.WouldBlock;
        }

        if (IsEmpty && _buffer.Length > _wanted)
        {
            Release();
        }

        MakeRoom(1);
        var room = _buffer.Length - _end;
        int count;
        try
        {
            count = Channel.TryReceive(_buffer.AsSpan(_end));
        }
        catch
        {
            IsBroken = true;
            throw;
        }

        if (count > 0)
        {
            _wanted = count == room ? Math.Min(_buffer.Length * 4, LargeSize) : count <= SmallSize
                ? SmallSize : _wanted;
            _end += count;
        }

        return count;
    }

    /// <summary>Between two fruitless <see cref="TryFill"/>; gives the buffer back where nothing is unread.</summary>
    public ValueTask WaitAsync()
    {
        if (IsEmpty)
        {
            Release();
        }

        return _readable is { IsCompleted: false } ? new ValueTask(_readable) : Channel.WaitReadableAsync();
    }

    /// <summary>Waits for more behind what is unread.</summary>
    /// <returns>Bytes read; 0 at the end of the stream.</returns>
    public ValueTask<int> FillAsync() =>
        TryFill() is var count and not TcpChannel.WouldBlock ? new(count) : FillLaterAsync();

    /// <summary>Passes what comes on unread, at most <paramref name="most"/> bytes, where nothing is unread.</summary>
    /// <returns>Bytes, all taken by the other socket; 0 at the end of the stream.</returns>
    public async ValueTask<int> PassAsync(TcpChannel to, long most)
    {
        Release();
        if (_readable is { IsCompleted: false })
        {
            await _readable;
        }

        var count = await Channel.SpliceAsync(to, most);
        TotalConsumed += count;
        // The next message may be as large: no more than its head is to be read.
        _wanted = SmallSize;
        return count;
    }

    /// <summary>After <see cref="WatchAsync"/>: false where it was the end that came.</summary>
    public async ValueTask<bool> TakeAsync() => !IsEmpty || await FillAsync() > 0;

    public void Dispose() => Release();

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> FillLaterAsync()
    {
        while (true)
        {
            await WaitAsync();
            if (TryFill() is var count and not TcpChannel.WouldBlock)
            {
                return count;
            }
        }
    }

    /// <summary>Ready is not yet something: it may have been said before the last read.</summary>
    private async Task WatchBareAsync()
    {
        Release();
        while (!Channel.HasArrived)
        {
            await Channel.WaitReadableAsync();
        }
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
