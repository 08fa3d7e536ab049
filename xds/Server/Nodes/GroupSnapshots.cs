using System.Collections.Immutable;
using Jumpgate.Xds.Resources;

namespace Jumpgate.Xds.Nodes;

/// <summary>One group's snapshot, the next one that waits for a quiet moment, and who wants to know.</summary>
internal sealed class GroupSnapshots : IDisposable
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly TimeSpan _quiet;
    private readonly TimeSpan _atMost;
    private readonly ITimer _timer;
    private volatile XdsSnapshot? _current;
    private ImmutableHashSet<Action> _listeners = [];
    private XdsSnapshot? _next;
    private long _waitingSince;

    public GroupSnapshots(TimeProvider time, TimeSpan quiet, TimeSpan atMost)
    {
        _time = time;
        _quiet = quiet;
        _atMost = atMost;
        _timer = time.CreateTimer(_ => Settle(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public XdsSnapshot? Current => _current;

    public bool Publish(XdsSnapshot snapshot)
    {
        lock (_gate)
        {
            if ((_next ?? _current)?.Version == snapshot.Version)
            {
                return false;
            }

            if (_current is not null && _quiet > TimeSpan.Zero)
            {
                if (_next is null)
                {
                    _waitingSince = _time.GetTimestamp();
                }

                _next = snapshot;
                var left = _atMost - _time.GetElapsedTime(_waitingSince);
                _timer.Change(left < TimeSpan.Zero ? TimeSpan.Zero : left < _quiet
                    ? left : _quiet, Timeout.InfiniteTimeSpan);
                return true;
            }

            _current = snapshot.Sharing(_current);
        }

        Notify();
        return true;
    }

    public void Withdraw()
    {
        lock (_gate)
        {
            _next = null;
            _current = null;
        }

        Notify();
    }

    public void Listen(Action changed) =>
        ImmutableInterlocked.Update(ref _listeners, static (set, a) => set.Add(a), changed);

    public void Leave(Action changed) =>
        ImmutableInterlocked.Update(ref _listeners, static (set, a) => set.Remove(a), changed);

    public void Dispose() => _timer.Dispose();

    private void Settle()
    {
        lock (_gate)
        {
            if (_next is null)
            {
                return;
            }

            _current = _next.Sharing(_current);
            _next = null;
        }

        Notify();
    }

    private void Notify()
    {
        foreach (var listener in _listeners)
        {
            listener();
        }
    }
}
