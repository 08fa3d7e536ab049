using System.Diagnostics;
using System.Runtime.InteropServices;
using Jumpgate.Bpf;

namespace Jumpgate.Sockmap.Lanes;

/// <summary>The node's lanes: which are in use, and by which sockets. Thread-safe.</summary>
public sealed class LaneTable
{
    /// <summary>Milliseconds.</summary>
    private const int JoinAttempts = 10;

    private readonly LaneDatapath _datapath;
    private readonly Lock _gate = new();
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);
    private readonly Queue<(int Slot, long Since)> _free = new();
    private readonly HashSet<LaneHandle> _open = [];

    public LaneTable(LaneDatapath datapath)
    {
        ArgumentNullException.ThrowIfNull(datapath);
        _datapath = datapath;
        for (var slot = 0; slot < datapath.Count; slot++)
        {
            _free.Enqueue((slot, 0));
        }
    }

    /// <summary>Lanes in use.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _open.Count;
            }
        }
    }

    /// <summary>All lanes at this moment.</summary>
    public IReadOnlyList<LaneHandle> List()
    {
        lock (_gate)
        {
            return [.. _open];
        }
    }

    /// <summary>
    /// Makes a lane of the proxy's two sockets and their peers. Closed until <see cref="LaneHandle.Renew"/> and
    /// <see cref="LaneHandle.Publish"/>.
    /// </summary>
    /// <returns>Null where one of the four has not joined or may not, or all lanes are in use.</returns>
    public LaneHandle? TryCreate(SafeHandle downstream, SafeHandle upstream)
    {
        if (_datapath.Settings.Mode < LaneMode.Policy
            || !_datapath.TryGetSocket(downstream, out var client) || client.Mode < LaneMode.Policy
            || !_datapath.TryGetSocket(upstream, out var server)
            || !TryFindPeer(client, out var clientEnd) || !TryFindPeer(server, out var serverEnd))
        {
            return null;
        }

        int slot;
        lock (_gate)
        {
            // A program that ran while its lane was released may still write there: a slot rests before it is used
            // again.
            if (!_free.TryPeek(out var first) || Stopwatch.GetElapsedTime(first.Since) < Rest)
            {
                return null;
            }

            slot = _free.Dequeue().Slot;
        }

        ref var lane = ref _datapath[slot];
        lane = new Lane
        {
            Client = clientEnd,
            Server = serverEnd,
            Downstream = client.Self,
            Upstream = server.Self,
            DownstreamOrdinary = client.IsOrdinary ? 1u : 0,
            UpstreamOrdinary = server.IsOrdinary ? 1u : 0,
        };
        var handle = new LaneHandle(this, _datapath, slot, client.Key);
        foreach (var cookie in (ReadOnlySpan<ulong>)[
            lane.Downstream.Cookie, lane.Upstream.Cookie, lane.Server.Cookie, lane.Client.Cookie])
        {
            _datapath.Bind(cookie, slot);
        }

        lock (_gate)
        {
            _open.Add(handle);
        }

        return handle;
    }

    /// <summary>The other end of a joined socket of ours; null where that has not joined.</summary>
    /// <remarks>A server's end may join a moment after our connect returned.</remarks>
    public async ValueTask<PairEnd?> TryFindPeerAsync(LaneSocket own)
    {
        for (var attempt = 0; attempt < JoinAttempts; attempt++)
        {
            if (TryFindPeer(own, out var peer))
            {
                return peer;
            }

            await Task.Delay(1);
        }

        return null;
    }

    internal void Release(LaneHandle handle, int slot)
    {
        ref var lane = ref _datapath[slot];
        foreach (var cookie in (ReadOnlySpan<ulong>)[
            lane.Client.Cookie, lane.Server.Cookie, lane.Downstream.Cookie, lane.Upstream.Cookie])
        {
            _datapath.Unbind(cookie);
        }

        lane = default;
        lock (_gate)
        {
            _open.Remove(handle);
            _free.Enqueue((slot, Stopwatch.GetTimestamp()));
        }
    }

    private bool TryFindPeer(in LaneSocket socket, out PairEnd peer)
    {
        peer = socket.Peer;
        if (peer.Cookie == 0 && _datapath.TryGetPair(socket.Key, out var pair))
        {
            peer = pair.Active.Cookie == socket.Self.Cookie ? pair.Passive : pair.Active;
        }

        return peer.Cookie != 0;
    }
}
