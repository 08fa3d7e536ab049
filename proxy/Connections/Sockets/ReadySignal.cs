namespace Jumpgate.Connections.Sockets;

/// <summary>
/// Whether one direction of a socket may have something to do, and the one who waits for that. Set by the event loop,
/// cleared by the one who acts, before the act: what comes meanwhile is not lost. Starts ready, because nobody has
/// looked yet.
/// </summary>
internal struct ReadySignal()
{
    private static readonly Action<object?> Ready = static _ => { };

    /// <summary>Null: not ready, nobody waits.</summary>
    private Action<object?>? _waiter = Ready;
    private object? _state;

    public readonly bool IsReady => ReferenceEquals(Volatile.Read(in _waiter), Ready);

    public void Clear() => Interlocked.CompareExchange(ref _waiter, null, Ready);

    /// <summary>Continues who waits, here.</summary>
    public void Set()
    {
        if (Take() is var (waiter, state))
        {
            waiter(state);
        }
    }

    /// <summary>Ready from now on; who waited is the caller's to continue.</summary>
    public (Action<object?> Waiter, object? State)? Take()
    {
        var waiter = Interlocked.Exchange(ref _waiter, Ready);
        if (waiter is null || ReferenceEquals(waiter, Ready))
        {
            return null;
        }

        // Nobody writes it meanwhile: the one who would is the one whom we are about to continue.
        var state = _state;
        _state = null;
        return (waiter, state);
    }

    /// <summary>False where it is ready: there is nothing to wait for.</summary>
    public bool TryWait(Action<object?> waiter, object? state)
    {
        _state = state;
        var before = Interlocked.CompareExchange(ref _waiter, waiter, null);
        return before is null ? true
            : ReferenceEquals(before, Ready) ? false
            : throw new InvalidOperationException("somebody waits for this direction of the socket already");
    }
}
