namespace Jumpgate.Connections.Sockets;

/// <summary>
/// An event loop's pipes. Those that are in use are bounded in number, and so is what is kept for the next.
/// </summary>
internal sealed class SplicePipes
{
    /// <summary>In use at once: whoever comes then copies. Connections whose readers are slow hold one each.</summary>
    private const int MostUsed = 64;
    private const int MostKept = 4;

    private readonly Lock _gate = new();
    private readonly Stack<SplicePipe> _kept = new();
    private int _used;

    /// <summary>Null where all are in use, or there is no room for more open files.</summary>
    public SplicePipe? TryRent()
    {
        lock (_gate)
        {
            if (_used == MostUsed)
            {
                return null;
            }

            if ((_kept.TryPop(out var pipe) ? pipe : SplicePipe.TryCreate()) is { } rented)
            {
                _used++;
                return rented;
            }

            return null;
        }
    }

    /// <summary>A pipe that is not empty is never used again: its bytes were another connection's.</summary>
    public void Return(SplicePipe pipe)
    {
        lock (_gate)
        {
            _used--;
            if (pipe.Held == 0 && _kept.Count < MostKept)
            {
                _kept.Push(pipe);
                return;
            }
        }

        pipe.Dispose();
    }
}
