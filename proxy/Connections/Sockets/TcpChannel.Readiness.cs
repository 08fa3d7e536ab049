using System.Threading.Tasks.Sources;

namespace Jumpgate.Connections.Sockets;

/// <content>Waiting, and what ends it.</content>
public sealed partial class TcpChannel : IEventHandler, IValueTaskSource
{
    private const short Reading = 0;
    private const short Writing = 1;
    private const short Resting = 2;

    private const uint In = 0x1;
    private const uint Urgent = 0x2;
    private const uint Out = 0x4;
    private const uint Failed = 0x8 | 0x10; // EPOLLERR | EPOLLHUP
    private const uint PeerEnded = 0x2000;
    private const uint EdgeTriggered = 1u << 31;

    /// <summary>Completes when a read may find something. Holds no buffer meanwhile.</summary>
    public ValueTask WaitReadableAsync()
    {
        if (_turns == MaxTurns)
        {
            _turns = 0;
            return RestAsync();
        }

        _turns = 0;
        if (_slot == 0)
        {
            // Until somebody tells of what comes, every look says "perhaps": who waits between looks would never rest.
            Watch(writes: false);
        }

        return _read.IsReady ? default : new ValueTask(this, Reading);
    }

    /// <summary>Completes when others on the loop have had their turn.</summary>
    internal ValueTask RestAsync() => new(this, Resting);

    public ValueTask WaitWritableAsync()
    {
        if (_write.IsReady)
        {
            return default;
        }

        Watch(writes: true);
        return new ValueTask(this, Writing);
    }

    void IEventHandler.OnEvents(uint events)
    {
        // Behind an end or urgent bytes a short read says nothing of what else is there.
        if ((events & (PeerEnded | Failed | Urgent)) != 0)
        {
            _sawMore = true;
        }

        if ((events & (Out | Failed)) != 0)
        {
            _write.Set();
        }

        if ((events & (In | PeerEnded | Failed | Urgent)) != 0)
        {
            _read.Set();
        }
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => token switch
    {
        Reading when _read.IsReady => ValueTaskSourceStatus.Succeeded,
        Writing when _write.IsReady => ValueTaskSourceStatus.Succeeded,
        _ => ValueTaskSourceStatus.Pending,
    };

    void IValueTaskSource.GetResult(short token)
    {
    }

    /// <summary>Continues on the loop, whatever context asks.</summary>
    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        var waits = token switch
        {
            Reading => _read.TryWait(continuation, state),
            Writing => _write.TryWait(continuation, state),
            _ => false,
        };
        if (!waits)
        {
            _loop.Post(continuation, state);
        }
    }

    /// <summary>The first wait makes the socket known to the loop: what came before is told then.</summary>
    private void Watch(bool writes)
    {
        const uint Reads = In | PeerEnded | Urgent | EdgeTriggered;
        lock (_handle)
        {
            ObjectDisposedException.ThrowIf(_state != Open, this);
            if (_slot == 0)
            {
                _watchesWrites = writes;
                _slot = _loop.Watch(_handle, writes ? Reads | Out : Reads, this);
            }
            else if (writes && !_watchesWrites)
            {
                _watchesWrites = true;
                _loop.Change(_handle, Reads | Out, _slot);
            }
        }
    }

    private void Leave(ChannelHandle? descriptor)
    {
        lock (_handle)
        {
            if (_slot != 0)
            {
                _loop.Forget(_slot, descriptor);
                _slot = 0;
            }
        }

        _loop.Leave();
    }

    private void Continue((Action<object?> Waiter, object? State)? waiting)
    {
        if (waiting is var (waiter, state))
        {
            _loop.Post(waiter, state);
        }
    }
}
