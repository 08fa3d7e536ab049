using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;
using Jumpgate.Bpf.Native;

namespace Jumpgate.Bpf;

/// <summary>
/// The kernel side of the socket acceleration: who may join, which four sockets make a lane, and by which automaton its
/// requests are decided. Knows nothing of policy or HTTP.
/// </summary>
public sealed class LaneDatapath : IDisposable
{
    private const string LinkPin = "link_lane_join";
    private const int CgroupSockOps = 3;
    private const int SocketMessageVerdict = 7;
    private readonly PinDirectory _pins;
    private readonly LoadedDatapath _loaded;
    private readonly MappedMap _settings;
    private readonly MappedMap _lanes;
    private readonly MappedMap _arena;

    internal LaneDatapath(PinDirectory pins, LoadedDatapath loaded)
    {
        _pins = pins;
        _loaded = loaded;
        _settings = new(loaded.Maps["lane_settings"]);
        _lanes = new(loaded.Maps["lanes"]);
        _arena = new(loaded.Maps["lane_arena"]);
        Direct = new(loaded);
        Forget();
    }

    /// <summary>The node's switches; changes count from the next message on.</summary>
    public ref LaneSettings Settings => ref _settings.At<LaneSettings>(0);

    /// <summary>Whether FIONREAD counts what is in a joined socket's queue; without, some servers cannot bear to be
    /// joined.</summary>
    public bool CountsQueues { get; } = FeatureProbe.CountsQueues();

    /// <summary>Pairs of applications without a proxy in between.</summary>
    public DirectDatapath Direct { get; }

    /// <summary>How many lanes there can be.</summary>
    public int Count => _lanes.Count;

    /// <summary>Bytes that automata have room in; offsets into it are multiples of 8, and 0 is no automaton.</summary>
    public int ArenaSize => _arena.Stride - ArenaSlack;

    private const int ArenaSlack = 512;

    /// <summary>A lane, in memory shared with the kernel.</summary>
    public ref Lane this[int slot] => ref _lanes.At<Lane>(slot);

    /// <summary>Where automata are written. What a program may be reading must not be changed.</summary>
    public Span<byte> Arena => _arena.Bytes(0);

    /// <summary>Joins sockets from now on: the message program on the table of joined sockets, then the one that joins,
    /// on the whole cgroup hierarchy. Replaces programs of a former agent.</summary>
    public void Attach()
    {
        Errno.Check(
            LibBpf.ProgramAttach(
                _loaded.Programs[ProgramObject.LaneMessage], _loaded.Maps["lane_joined"].Fd, SocketMessageVerdict, 0),
            "lane_message cannot be attached to the table of joined sockets");
        Direct.Attach();
        var result = LibBpf.OpenPin(_pins.PathOf(LinkPin));
        if (result >= 0)
        {
            using var pinned = new BpfFd(result);
            Errno.Check(
                LibBpf.LinkUpdate(pinned, _loaded.Programs[ProgramObject.LaneJoin], 0),
                "lane_join: the program cannot be replaced");
            return;
        }

        var path = CgroupMount.Find() ?? throw new DatapathException("no cgroup v2 hierarchy is mounted");
        using var cgroup = new BpfFd(Errno.Check(LibC.Open(path, LibC.OpenDirectory), $"{path}: cannot be opened"));
        using var link = new BpfFd(Errno.Check(
            LibBpf.LinkCreate(_loaded.Programs[ProgramObject.LaneJoin], cgroup, CgroupSockOps, 0),
            $"lane_join cannot be attached to {path}"));
        _pins.Replace([(LinkPin, link)]);
    }

    /// <summary>No socket joins any more; those that have go on.</summary>
    internal static bool Detach(PinDirectory pins)
    {
        var result = LibBpf.OpenPin(pins.PathOf(LinkPin));
        if (result < 0)
        {
            return false;
        }

        using var link = new BpfFd(result);
        _ = LibBpf.LinkDetach(link);
        return true;
    }

    /// <summary>Addresses whose sockets may join.</summary>
    public IReadOnlyList<IPAddress> ReadEndpoints() =>
        [.. _loaded.Maps["lane_endpoints"].ReadKeys<Address16>(int.MaxValue).Select(a => a.ToIPAddress())];

    /// <summary>Lets the sockets of an address join, in one network namespace.</summary>
    public void SetEndpoint(IPAddress address, LaneEndpoint endpoint) =>
        _loaded.Maps["lane_endpoints"].Set(Address16.From(address), endpoint);

    /// <summary>Sockets of this address join no more. False where they did not.</summary>
    public bool RemoveEndpoint(IPAddress address) => _loaded.Maps["lane_endpoints"].Remove(Address16.From(address));

    /// <summary>What a socket of this process knows of itself; false where it has not joined.</summary>
    public bool TryGetSocket(SafeHandle socket, out LaneSocket joined)
    {
        ArgumentNullException.ThrowIfNull(socket);
        var held = false;
        try
        {
            socket.DangerousAddRef(ref held);
            return _loaded.Maps["lane_sockets"].TryGet((int)socket.DangerousGetHandle(), out joined);
        }
        finally
        {
            if (held)
            {
                socket.DangerousRelease();
            }
        }
    }

    /// <summary>The two ends of a connection; false where neither has joined.</summary>
    public bool TryGetPair(in PairKey key, out Pair pair) => _loaded.Maps["lane_pairs"].TryGet(key, out pair);

    /// <summary>Says which lane a socket belongs to.</summary>
    public void Bind(ulong cookie, int slot) => _loaded.Maps["lane_of"].Set(cookie, (uint)slot);

    /// <summary>The socket belongs to no lane any more.</summary>
    public void Unbind(ulong cookie) => _loaded.Maps["lane_of"].Remove(cookie);

    /// <summary>Messages of lanes by reason, requests or responses, since the maps were made.</summary>
    public IReadOnlyDictionary<LaneReason, PacketCounter> ReadReasons(bool responses)
    {
        var reasons = Enum.GetValues<LaneReason>();
        var first = responses ? (uint)reasons.Length : 0;
        return reasons.ToDictionary(
            reason => reason, reason => PerCpuCounters.Read(_loaded.Maps["lane_reasons"], first + (uint)reason));
    }

    /// <summary>How many rules can be counted.</summary>
    public int RuleCount => (int)_loaded.Maps["lane_rules"].ReadInfo().MaxEntries;

    /// <summary>Requests that one rule decided, by class of the response's status; index 0 is not used.</summary>
    public ulong[] ReadRule(uint index)
    {
        var sums = new ulong[LaneStatusClasses.Count];
        foreach (var counter in PerCpuCounters.ReadAll<LaneRuleCounter>(_loaded.Maps["lane_rules"], index))
        {
            for (var status = 0; status < sums.Length; status++)
            {
                sums[status] += counter.ByStatus[status];
            }
        }

        return sums;
    }

    /// <summary>Counts a rule from nothing again.</summary>
    public void ClearRule(uint index) => PerCpuCounters.Clear<LaneRuleCounter>(_loaded.Maps["lane_rules"], index);

    /// <summary>Requests by time since the maps were made; bucket n counts what took less than 2^n microseconds and not
    /// less than half of it.</summary>
    public ulong[] ReadLatencies()
    {
        var sums = new ulong[LaneLatencyBuckets.Count];
        foreach (var latency in PerCpuCounters.ReadAll<LaneLatency>(_loaded.Maps["lane_latency"], 0))
        {
            for (var bucket = 0; bucket < sums.Length; bucket++)
            {
                sums[bucket] += latency.Buckets[bucket];
            }
        }

        return sums;
    }

    /// <summary>
    /// Sends between joined sockets: those that went into a queue, and those that went over the stack.
    /// </summary>
    public (PacketCounter Queue, PacketCounter Stack) ReadBytes() => (
        PerCpuCounters.Read(_loaded.Maps["lane_bytes"], 0), PerCpuCounters.Read(_loaded.Maps["lane_bytes"], 1));

    /// <summary>Whether the responses that a lane counts as finished are all in its client's queue.</summary>
    public bool IsSettled(int slot) => Ask(new LaneQuestion { Lane = (uint)slot }) != 0;

    /// <summary>
    /// Bytes in a joined socket's queue that have not been read; none where nobody is left to read.
    /// <see cref="uint.MaxValue"/> where there are some and this kernel does not count them.
    /// </summary>
    public uint Unread(PairEnd reader) => Ask(new LaneQuestion { Reader = reader });

    /// <summary>The proxy has relayed the response of a lane's oldest request, or its end.</summary>
    /// <param name="client">The client's connection.</param>
    /// <param name="slot">The lane.</param>
    /// <param name="status">The response's; 0 where it broke off: not counted.</param>
    public void FinishOne(in PairKey client, int slot, uint status)
    {
        var answer = new LaneAnswer { Key = client, Lane = (uint)slot, Status = status };
        SystemCall.Run(_loaded.Programs[ProgramObject.LaneFinish], ref answer);
    }

    private uint Ask(LaneQuestion question)
    {
        SystemCall.Run(_loaded.Programs[ProgramObject.LaneAsk], ref question);
        return question.Answer;
    }

    /// <summary>Tells the kernel that an agent is here.</summary>
    public void Attend() => Settings.AttendedNs = (ulong)Stopwatch.GetTimestamp();

    /// <inheritdoc/>
    public void Dispose()
    {
        _settings.Dispose();
        _lanes.Dispose();
        _arena.Dispose();
    }

    /// <summary>The sockets of a former agent's lanes died with it. Direct pairs have not, and go on as they
    /// were.</summary>
    private void Forget()
    {
        for (var slot = 0; slot < Count; slot++)
        {
            this[slot] = default;
        }

        foreach (var cookie in _loaded.Maps["lane_of"].ReadKeys<ulong>(int.MaxValue))
        {
            Unbind(cookie);
        }

        Settings.Observed = 0;
    }
}
