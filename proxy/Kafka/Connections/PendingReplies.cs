using System.Threading.Channels;

namespace Jumpgate.Kafka.Connections;

/// <summary>
/// Replies that the client waits for. Bounded in number, and in the bytes of those that we wrote ourselves.
/// </summary>
internal sealed class PendingReplies(int capacity) : IDisposable
{
    private const long MostOwnBytes = 4 * 1024 * 1024;

    private readonly Channel<PendingReply> _queue = Channel.CreateBounded<PendingReply>(
        // Both loops of a connection live on one event loop: who waits goes on there, and not on another thread.
        new BoundedChannelOptions(capacity)
        {
            SingleReader = true,
            SingleWriter = true,
            AllowSynchronousContinuations = true,
        });

    private readonly SemaphoreSlim _written = new(0);
    private long _ownBytes;

    public ChannelReader<PendingReply> Reader => _queue.Reader;

    /// <summary>False: <see cref="AddAsync"/> would wait, so that what was gathered must be sent first.</summary>
    public bool TryAdd(PendingReply reply)
    {
        if (Interlocked.Read(ref _ownBytes) > MostOwnBytes || !_queue.Writer.TryWrite(reply))
        {
            return false;
        }

        Interlocked.Add(ref _ownBytes, reply.Own?.Length ?? 0);
        return true;
    }

    public async ValueTask AddAsync(PendingReply reply)
    {
        while (Interlocked.Read(ref _ownBytes) > MostOwnBytes)
        {
            await _written.WaitAsync();
        }

        Interlocked.Add(ref _ownBytes, reply.Own?.Length ?? 0);
        await _queue.Writer.WriteAsync(reply);
    }

    public void Written(PendingReply reply)
    {
        if (reply.Own is { } own)
        {
            Interlocked.Add(ref _ownBytes, -own.Length);
            if (_written.CurrentCount == 0)
            {
                _written.Release();
            }
        }
    }

    public void Dispose() => _written.Dispose();

    /// <summary>No more requests come; or the waiting for room ends with an error.</summary>
    public void Complete(Exception? error = null)
    {
        _queue.Writer.TryComplete(error);
        if (error is not null)
        {
            Interlocked.Exchange(ref _ownBytes, 0);
            _written.Release();
        }
    }
}
