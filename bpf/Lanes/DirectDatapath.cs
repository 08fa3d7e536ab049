using System.Runtime.InteropServices;
using Jumpgate.Bpf.Native;

namespace Jumpgate.Bpf;

/// <summary>
/// The kernel side of direct pairs: two applications whose sockets are joined with no proxy in between. A pair that has
/// to leave does so with the agent's help, whichever agent is there then.
/// </summary>
public sealed class DirectDatapath
{
    private const int SocketMessageVerdict = 7;
    private const string SidecarsMap = "direct_sidecars";
    private readonly LoadedDatapath _loaded;

    internal DirectDatapath(LoadedDatapath loaded) => _loaded = loaded;

    /// <summary>Pairs at this moment, at most <paramref name="limit"/>.</summary>
    public IReadOnlyList<(PairKey Key, DirectPair Pair)> ReadPairs(int limit)
    {
        var map = _loaded.Maps["direct_pairs"];
        var pairs = new List<(PairKey, DirectPair)>();
        foreach (var key in map.ReadKeys<PairKey>(limit))
        {
            if (map.TryGet(key, out DirectPair pair))
            {
                pairs.Add((key, pair));
            }
        }

        return pairs;
    }

    /// <summary>Pairs that joined (<see cref="LeftReason.None"/>), and those that had to leave, since the maps were
    /// made.</summary>
    public IReadOnlyDictionary<LeftReason, ulong> ReadCounts() => PerCpuCounters.Read<LeftReason>(
        _loaded.Maps["direct_counts"]).ToDictionary(count => count.Key, count => count.Value.Packets);

    /// <summary>What has passed by queue between a sidecar and its application.</summary>
    /// <param name="netns">Cookie of their network namespace.</param>
    internal PacketCounter ReadSidecar(ulong netns) =>
        _loaded.Maps[SidecarsMap].TryGet(netns, out PacketCounter counter) ? counter : default;

    /// <summary>Counts from now on, or goes on.</summary>
    internal void CountSidecar(ulong netns)
    {
        var map = _loaded.Maps[SidecarsMap];
        if (!map.TryGet(netns, out PacketCounter _))
        {
            map.Set(netns, default(PacketCounter));
        }
    }

    /// <summary>Counts no more.</summary>
    internal void ForgetSidecar(ulong netns) => _loaded.Maps[SidecarsMap].Remove(netns);

    /// <summary>Pairs that wait to become ordinary sockets again.</summary>
    public IReadOnlyList<PairKey> ReadLeaving() => _loaded.Maps["direct_leaving"].ReadKeys<PairKey>(int.MaxValue);

    /// <summary>Whether both ends' queues have been read, and nothing is on its way there.</summary>
    public bool CanLeave(in PairKey key)
    {
        var question = new DirectQuestion { Key = key };
        SystemCall.Run(_loaded.Programs[ProgramObject.DirectAsk], ref question);
        return question.Answer != 0;
    }

    /// <summary>
    /// Makes both ends ordinary sockets. Their readers are to be woken, then the pair to be forgotten.
    /// </summary>
    /// <returns>Cookies of the sockets.</returns>
    public IReadOnlyList<ulong> Leave(in PairKey key)
    {
        if (!_loaded.Maps["direct_pairs"].TryGet(key, out DirectPair pair))
        {
            return [];
        }

        var cookies = new List<ulong> { pair.Active.Cookie };
        if (_loaded.Maps["direct_ends"].TryGet(pair.Active.Cookie, out PairEnd passive))
        {
            cookies.Add(passive.Cookie);
        }

        cookies.ForEach(cookie => _loaded.Maps["direct_joined"].Remove(cookie));
        return cookies;
    }

    /// <summary>Has the readers of sockets in the calling thread's network namespace look for bytes on the
    /// stack.</summary>
    public void Wake(IReadOnlyList<ulong> cookies)
    {
        ArgumentNullException.ThrowIfNull(cookies);
        var waking = _loaded.Maps["direct_waking"];
        foreach (var cookie in cookies)
        {
            waking.Set(cookie, 1u);
        }

        TcpIterator.Run(_loaded.Programs[ProgramObject.DirectWake], ProgramObject.DirectWake);
        foreach (var cookie in cookies)
        {
            waking.Remove(cookie);
        }
    }

    /// <summary>The pair is no pair any more.</summary>
    public void Forget(in PairKey key)
    {
        var pairs = _loaded.Maps["direct_pairs"];
        if (pairs.TryGet(key, out DirectPair pair))
        {
            _loaded.Maps["direct_ends"].Remove(pair.Active.Cookie);
            pairs.Remove(key);
        }

        _loaded.Maps["direct_leaving"].Remove(key);
    }

    internal void Attach() => Errno.Check(
        LibBpf.ProgramAttach(
            _loaded.Programs[ProgramObject.LaneDirect], _loaded.Maps["direct_joined"].Fd, SocketMessageVerdict, 0),
        "lane_direct cannot be attached to the table of joined sockets");
}
