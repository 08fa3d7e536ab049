using System.Diagnostics;
using System.Runtime.CompilerServices;
using Jumpgate.Bpf;

namespace Jumpgate.Sockmap.Lanes;

/// <summary>
/// One lane. The proxy's connection owns it and publishes from one thread; <see cref="Renew"/> may be called by the
/// policy's publisher meanwhile.
/// </summary>
public sealed class LaneHandle : IDisposable
{
    private readonly LaneTable _table;
    private readonly LaneDatapath _datapath;
    private readonly int _slot;
    private readonly Lock _gate = new();
    private uint _settled;
    private bool _disposed;

    internal LaneHandle(LaneTable table, LaneDatapath datapath, int slot, PairKey key)
    {
        _table = table;
        _datapath = datapath;
        _slot = slot;
        Key = key;
    }

    /// <summary>The client's connection.</summary>
    public PairKey Key { get; }

    /// <summary>A copy of what the kernel and the proxy wrote so far.</summary>
    public Lane Read() => _datapath[_slot];

    /// <summary>Requests handed to the server whose response is not with the client yet.</summary>
    public uint UnderWay
    {
        get
        {
            ref var lane = ref _datapath[_slot];
            var finished = Volatile.Read(ref lane.Finished);
            return Volatile.Read(ref lane.Started) - finished;
        }
    }

    /// <summary>Whether the responses that are counted as finished are all in the client's queue: what the proxy writes
    /// comes behind them.</summary>
    public bool IsSettled
    {
        get
        {
            var finished = Volatile.Read(ref _datapath[_slot].Finished);
            if (finished != _settled && _datapath.IsSettled(_slot))
            {
                _settled = finished;
            }

            return finished == _settled;
        }
    }

    /// <summary>enum request_method of the oldest of them.</summary>
    public byte MethodUnderWay
    {
        get
        {
            ref var lane = ref _datapath[_slot];
            return lane.Methods[(int)(Volatile.Read(ref lane.Finished) % LaneRing.Length)];
        }
    }

    /// <summary>Where the kernel left its response to the proxy, and how much of a chunk's data was missing.</summary>
    public (ChunkPlace Place, uint Left) PositionUnderWay
    {
        get
        {
            ref var lane = ref _datapath[_slot];
            return ((ChunkPlace)Volatile.Read(ref Unsafe.As<ChunkPlace, uint>(ref lane.Chunk)), lane.ChunkLeft);
        }
    }

    /// <summary>Status of a response that the kernel left to the proxy in the middle.</summary>
    public uint StatusUnderWay => _datapath[_slot].Status;

    /// <summary>When the kernel last handed a message on, or the lane was published (Stopwatch ticks are
    /// CLOCK_MONOTONIC nanoseconds on Linux).</summary>
    public TimeSpan SinceLastUse =>
        Stopwatch.GetElapsedTime((long)Volatile.Read(ref _datapath[_slot].LastUseNs), Stopwatch.GetTimestamp());

    /// <summary>Chooses the automata that decide from now on. The revision is written last: until then, and while it is
    /// not the active one, the kernel says "don't know".</summary>
    public void Renew(ulong revision, uint automaton, uint responseAutomaton)
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            ref var lane = ref _datapath[_slot];
            Volatile.Write(ref lane.Revision, 0);
            Volatile.Write(ref lane.Automaton, automaton);
            Volatile.Write(ref lane.ResponseAutomaton, responseAutomaton);
            Volatile.Write(ref lane.Revision, automaton == 0 ? 0 : revision);
        }
    }

    /// <summary>The proxy stands at a clean boundary.</summary>
    public void Publish(long requestBytes, long responseBytes)
    {
        ref var lane = ref _datapath[_slot];
        if (lane.LastUseNs == 0)
        {
            lane.LastUseNs = (ulong)Stopwatch.GetTimestamp();
        }

        Volatile.Write(ref lane.ResponsesConsumed, (ulong)responseBytes);
        Volatile.Write(ref lane.RequestsConsumed, (ulong)requestBytes);
        Volatile.Write(ref lane.Open, 1);
    }

    /// <summary>The proxy has relayed the response of the oldest request under way, or its end.</summary>
    /// <param name="status">The response's; 0 where it broke off.</param>
    public void FinishOne(uint status) => _datapath.FinishOne(Key, _slot, status);

    /// <summary>Nothing more is decided in the kernel; true where something is under way.</summary>
    public bool Close()
    {
        // A full barrier between the two: the kernel's program counts first and then looks whether the lane is open.
        Interlocked.Exchange(ref _datapath[_slot].Open, 0);
        return UnderWay > 0;
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            _table.Release(this, _slot);
        }
    }
}
