using System.Threading.Channels;

namespace Jumpgate.Agent.Flows;

/// <summary>
/// The last records, and whoever follows. Drops, denials, rejections and audits are always kept; forwarded ones are
/// made only while somebody follows.
/// </summary>
internal sealed class FlowLog
{
    private const int Kept = 4096;
    private const int QueueLength = 8192;

    private readonly Lock _lock = new();
    private readonly Queue<FlowRecord> _recent = new();
    private readonly List<Subscription> _followers = [];
    private volatile bool _isFollowed;

    /// <summary>Called when the first follower comes and the last goes.</summary>
    public Action<bool>? FollowedChanged { get; set; }

    public bool IsFollowed => _isFollowed;

    public void Add(FlowRecord record)
    {
        lock (_lock)
        {
            _recent.Enqueue(record);
            if (_recent.Count > Kept)
            {
                _recent.Dequeue();
            }

            foreach (var follower in _followers)
            {
                follower.Offer(record);
            }
        }
    }

    public IReadOnlyList<FlowRecord> Recent(int count)
    {
        lock (_lock)
        {
            return [.. _recent.TakeLast(count)];
        }
    }

    /// <summary>
    /// Starts to follow; what came before is in <paramref name="recent"/>, with nothing in between lost or doubled.
    /// </summary>
    public Subscription Follow(int last, out IReadOnlyList<FlowRecord> recent)
    {
        var subscription = new Subscription(this);
        lock (_lock)
        {
            recent = [.. _recent.TakeLast(last)];
            _followers.Add(subscription);
            UpdateFollowed();
        }

        return subscription;
    }

    private void Remove(Subscription subscription)
    {
        lock (_lock)
        {
            _followers.Remove(subscription);
            UpdateFollowed();
        }
    }

    private void UpdateFollowed()
    {
        var followed = _followers.Count > 0;
        if (followed != _isFollowed)
        {
            _isFollowed = followed;
            FollowedChanged?.Invoke(followed);
        }
    }

    /// <summary>One follower's queue: bounded; a slow reader loses the newest and is told how many.</summary>
    public sealed class Subscription(FlowLog log) : IDisposable
    {
        private readonly Channel<FlowRecord> _queue = Channel.CreateBounded<FlowRecord>(QueueLength);
        private long _lost;

        public ChannelReader<FlowRecord> Reader => _queue.Reader;

        public long TakeLost() => Interlocked.Exchange(ref _lost, 0);

        public void Dispose()
        {
            log.Remove(this);
            _queue.Writer.TryComplete();
        }

        internal void Offer(FlowRecord record)
        {
            if (!_queue.Writer.TryWrite(record))
            {
                Interlocked.Increment(ref _lost);
            }
        }
    }
}
