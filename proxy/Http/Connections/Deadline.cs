namespace Jumpgate.Http.Connections;

/// <summary>How long a connection may go on as it does. Setting it anew is mostly a write to memory: the timer runs on,
/// and looks when it fires.</summary>
/// <param name="time">The clock.</param>
/// <param name="pause">How long it may go on where there is no limit, or after <paramref name="expired"/> said
/// so.</param>
/// <param name="expired">Called by a thread of the pool; true where the connection may go on.</param>
internal sealed class Deadline(TimeProvider time, TimeSpan pause, Func<bool> expired) : IDisposable
{
    private const long None = long.MaxValue;
    private static readonly TimeSpan Soonest = TimeSpan.FromMilliseconds(1);

    private long _at = None;
    private long _due = None;
    private ITimer? _timer;

    /// <summary>From now on; replaces what was set before.</summary>
    public void Set(TimeSpan limit)
    {
        var at = After(limit);
        Interlocked.Exchange(ref _at, at);
        if (at >= Volatile.Read(ref _due))
        {
            return;
        }

        Volatile.Write(ref _due, at);
        if (_timer is null)
        {
            _timer = time.CreateTimer(static d => ((Deadline)d!).OnTimer(), this, limit, Timeout.InfiniteTimeSpan);
        }
        else
        {
            _timer.Change(limit, Timeout.InfiniteTimeSpan);
        }
    }

    public void Clear() => Volatile.Write(ref _at, None);

    public void Dispose() => _timer?.Dispose();

    private long After(TimeSpan limit) => time.GetTimestamp() + (long)(limit.TotalSeconds * time.TimestampFrequency);

    private void OnTimer()
    {
        long at;
        do
        {
            at = Volatile.Read(ref _at);
            var left = at == None ? pause : time.GetElapsedTime(time.GetTimestamp(), at);
            if (left <= TimeSpan.Zero)
            {
                if (!expired())
                {
                    return;
                }

                left = pause;
            }

            left = left < Soonest ? Soonest : left;
            Volatile.Write(ref _due, After(left));
            _timer?.Change(left, Timeout.InfiniteTimeSpan);
            Interlocked.MemoryBarrier();
        }
        // Whoever set less meanwhile may have been overtaken by us.
        while (Volatile.Read(ref _at) < at);
    }
}
