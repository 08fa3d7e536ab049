namespace Jumpgate.Kafka.Connections;

/// <summary>Ends a connection on which nothing has moved for a while.</summary>
internal sealed class IdleWatch : IDisposable
{
    /// <summary>Looks so many times within the limit.</summary>
    private const int Looks = 4;

    private readonly Func<long> _moved;
    private readonly Action _end;
    private readonly ITimer _timer;
    private long _last = -1;
    private int _same;

    /// <param name="moved">Bytes so far.</param>
    public IdleWatch(TimeProvider time, TimeSpan limit, Func<long> moved, Action end)
    {
        _moved = moved;
        _end = end;
        _timer = time.CreateTimer(static s => ((IdleWatch)s!).Look(), this, limit / Looks, limit / Looks);
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        var moved = _moved();
        _same = moved == _last ? _same + 1 : 0;
        _last = moved;
        if (_same == Looks)
        {
            _end();
        }
    }
}
