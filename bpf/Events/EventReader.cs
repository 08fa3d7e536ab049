using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Jumpgate.Bpf.Native;

namespace Jumpgate.Bpf;

/// <summary>The consumer of the event ring buffer. There can be one at a time, whatever process it is in: the position
/// is part of the map. One thread polls; any may dispose.</summary>
public sealed unsafe class EventReader : IDisposable
{
    private const int SliceMilliseconds = 100;
    private readonly RingBufferHandle _ring;
    private readonly Action _closed;
    private Action<FlowEvent>? _handler;
    private Action<LaneEvent>? _laneHandler;
    private ExceptionDispatchInfo? _failure;
    private volatile bool _disposed;
    private int _polling;

    internal EventReader(BpfMap events, Action closed)
    {
        _closed = closed;
        var map = BpfFd.Duplicate(events.Fd.Number);
        var self = GCHandle.Alloc(this, GCHandleType.Weak);
        _ring = LibBpf.RingBufferNew(map, &OnSample, GCHandle.ToIntPtr(self), 0);
        (_ring.Context, _ring.Map) = (self, map);
        if (_ring.IsInvalid)
        {
            var error = Marshal.GetLastPInvokeError();
            self.Free();
            map.Dispose();
            throw new DatapathException($"BPF map {events.Name}: cannot be mapped: {Errno.Describe(error)}");
        }
    }

    /// <summary>Waits up to a time-out for events and hands over all that are there; returns their number, 0 also
    /// after disposal. What the handler throws comes out of here; events after that one are delivered by the next
    /// call.</summary>
    public int Poll(TimeSpan timeout, Action<FlowEvent> handler, Action<LaneEvent>? laneHandler = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        if (Interlocked.Exchange(ref _polling, 1) != 0)
        {
            throw new InvalidOperationException("Another thread is polling this reader.");
        }

        try
        {
            _handler = handler;
            _laneHandler = laneHandler;
            return Poll((long)Math.Max(timeout.TotalMilliseconds, 0));
        }
        finally
        {
            _handler = null;
            Volatile.Write(ref _polling, 0);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_disposed)
        {
            // A poll in progress keeps the ring alive until it returns, within one slice.
            _disposed = true;
            _ring.Dispose();
            _closed();
        }
    }

    [UnmanagedCallersOnly]
    private static int OnSample(nint context, void* data, nuint size)
    {
        if (GCHandle.FromIntPtr(context).Target is not EventReader reader || size < (nuint)sizeof(FlowEvent))
        {
            return 0;
        }

        try
        {
            if (((FlowEvent*)data)->Type is not (EventType.Request or EventType.Response))
            {
                reader._handler?.Invoke(*(FlowEvent*)data);
            }
            else if (size >= (nuint)sizeof(LaneEvent))
            {
                reader._laneHandler?.Invoke(*(LaneEvent*)data);
            }

            return 0;
        }
#pragma warning disable CA1031 // Nothing may be thrown through native frames; Poll throws it again.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            reader._failure = ExceptionDispatchInfo.Capture(exception);
            return -Errno.Interrupted;
        }
    }

    private int Poll(long remaining)
    {
        // In slices, so that disposal is seen soon: libbpf has no way to wake a waiting poll.
        for (; !_disposed; remaining -= SliceMilliseconds)
        {
            int result;
            try
            {
                result = LibBpf.RingBufferPoll(_ring, (int)Math.Clamp(remaining, 0, SliceMilliseconds));
            }
            catch (ObjectDisposedException)
            {
                return 0;
            }

            if (Interlocked.Exchange(ref _failure, null) is { } failure)
            {
                failure.Throw();
            }

            if (result < 0 && result != -Errno.Interrupted)
            {
                throw new DatapathException($"BPF map events: cannot be read: {Errno.Describe(result)}");
            }

            if (result > 0 || remaining <= SliceMilliseconds)
            {
                return Math.Max(result, 0);
            }
        }

        return 0;
    }
}
