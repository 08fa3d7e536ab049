using System.Buffers;
using Jumpgate.Connections.Sockets;

namespace Jumpgate.Kafka.Connections;

/// <summary>
/// The receiving half of a connection: what has come and is not consumed, in a row of pooled buffers that grow with
/// what arrives. A waiting connection holds none.
/// </summary>
internal sealed class ChannelInput(TcpChannel channel) : IDisposable
{
    private const int SmallSize = 4 * 1024;
    private const int LargeSize = 64 * 1024;

    /// <summary>Less room than this behind what is unread is not worth a call.</summary>
    private const int LeastRoom = 1024;

    private InputSegment? _first;
    private InputSegment? _last;
    private InputSegment? _spare;
    private int _start;
    private int _wanted = SmallSize;
    private Task? _readable;

    public TcpChannel Channel { get; } = channel;

    /// <summary>Valid until the next read or wait, also where it has been consumed.</summary>
    public ReadOnlySequence<byte> Unread { get; private set; }

    /// <summary>The other side has ended its stream; there may be something unread.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>Bytes that came so far.</summary>
    public long Received { get; private set; }

    public void Consume(long count) => Unread = Unread.Slice(count);

    /// <summary>Completes when there is more, or the end; reading takes it. May be called again and again.</summary>
    public Task WatchAsync()
    {
        if (IsEnded)
        {
            return Task.CompletedTask;
        }

        if (_readable is null or { IsCompleted: true })
        {
            DropConsumed();
            _readable = WatchBareAsync();
        }

        return _readable;
    }

    /// <summary>Takes what is there, behind what is unread.</summary>
    /// <returns>Bytes; 0: nothing more comes; or <see cref="TcpChannel.WouldBlock"/>.</returns>
    public int TryFill()
    {
        if (IsEnded)
        {
            return 0;
        }

        if (!Channel.MayRead)
        {
            return TcpChannel.WouldBlock;
        }

        DropConsumed();
        var segment = MakeRoom();
        var room = segment.Room;
        var count = Channel.TryReceive(room);
        if (count == 0)
        {
            IsEnded = true;
        }
        else if (count > 0)
        {
            _wanted = count == room.Length ? Math.Min(segment.Size * 4, LargeSize) : count <= SmallSize
                ? SmallSize : _wanted;
            segment.Fill(count);
            Received += count;
            Unread = new ReadOnlySequence<byte>(_first!, _start, segment, segment.Length);
        }

        return count;
    }

    /// <summary>Waits for more behind what is unread.</summary>
    /// <returns>False: nothing more comes.</returns>
    public async ValueTask<bool> MoreAsync()
    {
        int count;
        while ((count = TryFill()) == TcpChannel.WouldBlock)
        {
            DropConsumed();
            await (_readable is { IsCompleted: false } ? new ValueTask(_readable) : Channel.WaitReadableAsync());
        }

        return count > 0;
    }

    /// <summary>
    /// Passes what comes on without looking at it, at most <paramref name="most"/> bytes. Nothing is unread.
    /// </summary>
    /// <returns>Bytes, all taken by the other socket; 0: nothing more comes.</returns>
    public async ValueTask<int> PassAsync(TcpChannel to, long most)
    {
        DropConsumed();
        if (_readable is { IsCompleted: false })
        {
            await _readable;
        }

        var count = IsEnded ? 0 : await Channel.SpliceAsync(to, most);
        IsEnded = count == 0;
        Received += count;
        // Behind such a message is likely another: of that, too, only the head is to be read.
        _wanted = SmallSize;
        return count;
    }

    public void Dispose()
    {
        Unread = default;
        DropConsumed();
    }

    /// <summary>Ready is not yet something: it may have been said before the last read.</summary>
    private async Task WatchBareAsync()
    {
        try
        {
            while (!Channel.HasArrived)
            {
                await Channel.WaitReadableAsync();
            }
        }
        catch (ObjectDisposedException)
        {
            // The next read says so.
        }
    }

    private InputSegment MakeRoom()
    {
        if (_last is not null && _last.Room.Length >= LeastRoom)
        {
            return _last;
        }

        var segment = _spare ?? new InputSegment();
        _spare = null;
        segment.Rent(_wanted, _last);
        _first ??= segment;
        return _last = segment;
    }

    private void DropConsumed()
    {
        var isEmpty = Unread.IsEmpty;
        var keep = isEmpty ? null : Unread.Start.GetObject();
        while (_first is { } segment && segment != keep)
        {
            _first = segment.Following;
            segment.Return();
            _spare = segment;
        }

        if (isEmpty)
        {
            _last = null;
            Unread = default;
        }

        _start = Unread.Start.GetInteger();
    }
}
