using System.Runtime.InteropServices;
using Jumpgate.Bpf.Native;

namespace Jumpgate.Bpf;

/// <summary>The consumer side of the events ring buffer. One reader at a time; not thread-safe.</summary>
public sealed unsafe class EventReader : IDisposable
{
    private readonly RingBufferHandle _ring;
    private readonly BpfFd _map;
    private GCHandle _self;
    private Action<FlowEvent>? _consumer;

    internal EventReader(BpfFd map)
    {
        _map = map;
        _self = GCHandle.Alloc(this);
        _ring = LibBpf.RingBufferNew(map, &OnSample, GCHandle.ToIntPtr(_self), 0);
        if (_ring.IsInvalid)
        {
            _self.Free();
            throw new DatapathException("cannot map the events ring buffer");
        }
    }

    /// <summary>Hands waiting events to <paramref name="consumer"/>; waits at most <paramref name="timeout"/> for the first.</summary>
    /// <returns>How many there were.</returns>
    public int Poll(TimeSpan timeout, Action<FlowEvent> consumer)
    {
        _consumer = consumer;
        try
        {
            var result = LibBpf.RingBufferPoll(_ring, (int)timeout.TotalMilliseconds);
            return result == -Errno.Interrupted ? 0 : Errno.Check(result, "cannot read events");
        }
        finally
        {
            _consumer = null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ring.Dispose();
        _map.Dispose();
        if (_self.IsAllocated)
        {
            _self.Free();
        }
    }

    [UnmanagedCallersOnly]
    private static int OnSample(nint context, void* data, nuint size)
    {
        // An exception must not travel through libbpf's frames; a consumer that throws loses that event only.
        try
        {
            if (size >= (nuint)sizeof(FlowEvent) && GCHandle.FromIntPtr(context).Target is EventReader reader)
            {
                reader._consumer?.Invoke(*(FlowEvent*)data);
            }
        }
#pragma warning disable CA1031 // see above
        catch (Exception)
        {
        }
#pragma warning restore CA1031
        return 0;
    }
}
