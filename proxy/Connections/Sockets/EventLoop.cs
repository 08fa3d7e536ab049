using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Jumpgate.Connections.Sockets;

/// <summary>
/// A thread that waits for the readiness of sockets (epoll, edge-triggered) and continues who waits for it, right
/// there: a proxy does little for each message, and handing it to another thread costs more than the work itself. Both
/// connections of a client live on one loop. There is one for each processor, for the life of the process.
/// </summary>
public sealed class EventLoop
{
    private const int Capacity = 256;
    private const uint Readable = 1;

    /// <summary>struct epoll_event is packed on x86-64 alone.</summary>
    private static readonly int DataOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private static readonly int EventSize = DataOffset + sizeof(ulong);

    private static readonly Lazy<EventLoop[]> All = new(
        () => [.. Enumerable.Range(0, Math.Clamp(Environment.ProcessorCount, 1, 64)).Select(i => new EventLoop(i))]);

    [ThreadStatic]
    private static EventLoop? current;

    private readonly ChannelHandle _epoll = SocketNative.CreateEpoll(SocketNative.CloseOnExec);
    private readonly ChannelHandle _wake = SocketNative.CreateEvent(
        0, SocketNative.NonBlocking | SocketNative.CloseOnExec);
    private readonly ConcurrentQueue<(Action<object?> Action, object? State)> _posted = new();
    private readonly SlotTable _slots = new();
    private int _asleep;
    private int _open;

    private EventLoop(int number)
    {
        if (_epoll.IsInvalid || _wake.IsInvalid)
        {
            throw Errno.LastError();
        }

        Control(SocketNative.EpollAdd, _wake, Readable, SlotTable.Nobody);
        new Thread(Run) { IsBackground = true, Name = $"loop {number}" }.Start();
    }

    /// <summary>The calling thread's, or the one with the fewest sockets.</summary>
    public static EventLoop Near => current ?? Idlest;

    /// <summary>The one with the fewest sockets.</summary>
    public static EventLoop Idlest
    {
        get
        {
            var loops = All.Value;
            var best = current ?? loops[0];
            foreach (var loop in loops)
            {
                if (loop._open < best._open)
                {
                    best = loop;
                }
            }

            return best;
        }
    }

    /// <summary>For bytes that pass from one of its sockets to another.</summary>
    internal SplicePipes Pipes { get; } = new();

    /// <summary>Runs something on the loop's thread, later. It must neither block nor throw.</summary>
    public void Post(Action<object?> action, object? state)
    {
        _posted.Enqueue((action, state));
        if (!ReferenceEquals(current, this) && Interlocked.Exchange(ref _asleep, 0) == 1)
        {
            Wake();
        }
    }

    /// <summary>A socket lives here from now on.</summary>
    internal void Enter() => Interlocked.Increment(ref _open);

    internal void Leave() => Interlocked.Decrement(ref _open);

    /// <summary>Tells <paramref name="owner"/> of events from now on; what is there already counts.</summary>
    /// <returns>What <see cref="Change"/> and <see cref="Forget"/> ask for.</returns>
    internal ulong Watch(ChannelHandle descriptor, uint events, IEventHandler owner)
    {
        var slot = _slots.Add(owner);
        try
        {
            Control(SocketNative.EpollAdd, descriptor, events, slot);
            return slot;
        }
        catch
        {
            _slots.Remove(slot);
            throw;
        }
    }

    internal void Change(ChannelHandle descriptor, uint events, ulong slot) =>
        Control(SocketNative.EpollModify, descriptor, events, slot);

    /// <summary>
    /// No more events. Closing a descriptor takes it out of the epoll by itself; one that lives on is to be named.
    /// </summary>
    internal void Forget(ulong slot, ChannelHandle? descriptor = null)
    {
        _slots.Remove(slot);
        if (descriptor is not null)
        {
            Control(SocketNative.EpollRemove, descriptor, 0, slot);
        }
    }

    private unsafe void Control(int operation, ChannelHandle descriptor, uint events, ulong data)
    {
        var change = stackalloc byte[EventSize];
        Unsafe.WriteUnaligned(change, events);
        Unsafe.WriteUnaligned(change + DataOffset, data);
        if (SocketNative.ControlEpoll(_epoll, operation, descriptor, change) != 0)
        {
            throw Errno.LastError();
        }
    }

    private unsafe void Run()
    {
        current = this;
        var events = stackalloc byte[Capacity * EventSize];
        while (true)
        {
            Interlocked.Exchange(ref _asleep, 1);
            var count = SocketNative.WaitEpoll(_epoll, events, Capacity, _posted.IsEmpty ? -1 : 0);
            Volatile.Write(ref _asleep, 0);
            for (var i = 0; i < count; i++)
            {
                var at = events + (i * EventSize);
                var slot = Unsafe.ReadUnaligned<ulong>(at + DataOffset);
                if (slot == SlotTable.Nobody)
                {
                    ClearWake();
                }
                else
                {
                    _slots.Find(slot)?.OnEvents(Unsafe.ReadUnaligned<uint>(at));
                }
            }

            // Only those that are there now: who posts himself again waits for the sockets' turn.
            for (var left = _posted.Count; left > 0 && _posted.TryDequeue(out var posted); left--)
            {
                posted.Action(posted.State);
            }
        }
    }

    private unsafe void Wake()
    {
        var one = 1ul;
        _ = SocketNative.Write(_wake, &one, sizeof(ulong));
    }

    private unsafe void ClearWake()
    {
        ulong count;
        _ = SocketNative.Read(_wake, &count, sizeof(ulong));
    }
}
