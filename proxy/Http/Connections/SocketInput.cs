using System.Buffers;
using System.Net.Sockets;

namespace Jumpgate.Http.Connections;

/// <summary>
/// The receiving half of a connection: a window of contiguous bytes, so that heads are parsed in place. Holds no buffer
/// while it is empty and waiting.
/// </summary>
internal sealed class SocketInput(Socket socket) : IDisposable
{
    private const int InitialSize = 16 * 1024;

    private byte[] _buffer = [];
    private int _start;
    private int _end;
    private Task? _readable;

    public Socket Socket { get; } = socket;

    public ReadOnlySpan<byte> Unread => _buffer.AsSpan(_start, _end - _start);

    public ReadOnlyMemory<byte> UnreadMemory => _buffer.AsMemory(_start, _end - _start);

    public bool IsEmpty => _start == _end;

    /// <summary>Bytes read from the socket so far.</summary>
    public long TotalRead { get; private set; }

    public void Consume(int count) => _start += count;

    /// <summary>Puts bytes in front that somebody else has read from the socket.</summary>
    public void Preload(ReadOnlySpan<byte> bytes)
    {
        MakeRoom(bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(_end));
        _end += bytes.Length;
    }

    /// <summary>Waits without a buffer until there is something to read (or the end).</summary>
    public async ValueTask WaitAsync()
    {
        if (!IsEmpty || Socket.Available > 0)
        {
            return;
        }

        Release();
        await Socket.WaitReadableAsync();
    }

    /// <summary>As <see cref="WaitAsync"/>, for who waits for several things: the same task until it is complete.</summary>
    public Task WatchAsync()
    {
        if (!IsEmpty)
        {
            return Task.CompletedTask;
        }

        if (_readable is null or { IsCompleted: true })
        {
            Release();
            _readable = Socket.WaitReadableAsync().AsTask();
        }

        return _readable;
    }

    /// <summary>Reads more behind what is unread, growing the buffer when it is full.</summary>
    /// <returns>Bytes read; 0 at the end of the stream.</returns>
    public async ValueTask<int> FillAsync()
    {
        MakeRoom(1);
        var count = await Socket.ReceiveAsync(_buffer.AsMemory(_end));
        _end += count;
        TotalRead += count;
        return count;
    }

    public void Dispose()
    {
        _start = _end = 0;
        Release();
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
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(InitialSize, Math.Max(_buffer.Length * 2, unread + needed)));
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
