using System.Net.Sockets;
using System.Runtime.InteropServices;
using Jumpgate.Bpf.Native;

namespace Jumpgate.Bpf;

/// <summary>
/// The kernel side: programs, maps, and where they are attached. Everything is pinned or attached and outlives this
/// object; disposing closes descriptors and nothing else. Safe for use from many threads. Attaching and listing act in
/// the network namespace of the calling thread (setns(2) is per thread).
/// </summary>
public sealed class Datapath : IDisposable
{
    private const uint StateKey = 0;
    private readonly Lock _gate = new();
    private readonly PinDirectory _pins;
    private readonly LoadedDatapath _loaded;
    private readonly AttachmentLedger _ledger;
    private int _eventsOpen;

    private Datapath(PinDirectory pins, LoadedDatapath loaded, AttachmentLedger ledger)
    {
        _pins = pins;
        _loaded = loaded;
        _ledger = ledger;
        Lanes = loaded.LanesOffBecause is null ? new(pins, loaded) : null;
        Sidecars = new(pins, loaded);
    }

    /// <summary>Pinned state of a former agent was taken over: flows, counters and the active revision go on.</summary>
    public bool Adopted => _loaded.Adopted;

    /// <summary>Why pinned maps of a former agent were not taken over (one line), or null. What was attached then
    /// goes on as it was until it is attached anew, best after the first <see cref="Publish"/>.</summary>
    public string? ReplacedBecause => _loaded.ReplacedBecause;

    /// <summary>Why there are no <see cref="Lanes"/> (one line), or null where there are.</summary>
    public string? LanesOffBecause => _loaded.LanesOffBecause;

    /// <summary>The socket acceleration, made ready and not attached; null where <see cref="LanesOffBecause"/> says
    /// why. Its owner is this object.</summary>
    public LaneDatapath? Lanes { get; }

    /// <summary>Proxies beside applications. Independent of everything else here but for the pin directory; only
    /// joining their sockets needs what <see cref="Lanes"/> needs.</summary>
    public SidecarDatapath Sidecars { get; }

    /// <summary>The revision the programs judge by; 0: none yet, and nothing passes.</summary>
    public ulong ActiveRevision => ReadState().Revision;

    /// <summary>Loads the programs and takes over what is pinned where it fits. On failure everything is as
    /// before.</summary>
    /// <exception cref="DatapathException">One line: what, where, and the way out.</exception>
    public static Datapath Open(DatapathOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Open(options, ProgramObject.Embedded(), options.Lanes ? ProgramObject.EmbeddedLanes() : []);
    }

    internal static Datapath Open(
        DatapathOptions options, IReadOnlyList<ProgramObject> objects, IReadOnlyList<ProgramObject> lanes)
    {
        ArgumentNullException.ThrowIfNull(options);
        FeatureProbe.Require();
        var pins = PinDirectory.Open(options.PinDirectory);
        LoadedDatapath? loaded = null;
        try
        {
            loaded = DatapathLoader.Load(options, objects, lanes, pins);
            return new(pins, loaded, OpenLedger(pins));
        }
        catch
        {
            loaded?.Dispose();
            pins.Abandon();
            throw;
        }
    }

    /// <summary>
    /// Makes a revision the active one: its tables are built aside, then one write flips all of them. Returns when no
    /// packet is judged by the former revision any more. On failure the former revision stays.
    /// </summary>
    public void Publish(DatapathImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (image.PortClasses.Length is not (0 or DatapathImage.PortClassTableLength))
        {
            throw new ArgumentException(
                $"{nameof(DatapathImage.PortClasses)} needs {DatapathImage.PortClassTableLength} values.",
                nameof(image));
        }

        lock (_gate)
        {
            var state = ReadState();
            if (image.Revision != state.Revision + 1)
            {
                throw new ArgumentException(
                    $"Revision {image.Revision} cannot follow {state.Revision}.", nameof(image));
            }

            var slot = (uint)(image.Revision & 1);
            using var tables = RevisionTables.Build(
                image, name => (_loaded.Maps[name], _loaded.Definitions[name].Inner!));
            tables.Install(slot);

            // The slot's count first, the revision second: a program must never pair one with the other's tables.
            state = state with { PortClassCount = state.PortClassCount.With(slot, image.PortClassCount) };
            WriteState(state);
            WriteState(state with { Revision = image.Revision });
            tables.WaitForPrograms(slot);
        }
    }

    /// <summary>Puts the workload programs on both sides of a workload's host-side interface, replacing ours in one
    /// step each. Filters of others stay.</summary>
    public void AttachWorkload(int ifindex)
    {
        lock (_gate)
        {
            _ledger.EnsureQdisc(ifindex);

            // What delivers to the workload first: the other order would let it start flows nobody judges at its side.
            InterfaceAttacher.Attach(ifindex, TcHook.Egress, _loaded.Programs[ProgramObject.ToWorkload]);
            InterfaceAttacher.Attach(ifindex, TcHook.Ingress, _loaded.Programs[ProgramObject.FromWorkload]);
        }
    }

    /// <summary>Puts the uplink program on an interface towards the network. Filters of others stay.</summary>
    public void AttachUplink(int ifindex) => AttachIngress(ifindex, ProgramObject.FromUplink);

    /// <summary>Puts the program for workloads without a namespace on the node's loopback. Filters of others
    /// stay.</summary>
    public void AttachLoopback(int ifindex) => AttachIngress(ifindex, ProgramObject.OnLoopback);

    /// <summary>Takes our programs off an interface, and the qdisc if we made it and nobody else uses it. Nothing
    /// happens where there are none, or where the interface is gone.</summary>
    public void Detach(int ifindex)
    {
        lock (_gate)
        {
            InterfaceAttacher.Detach(ifindex, TcHook.Ingress);
            InterfaceAttacher.Detach(ifindex, TcHook.Egress);
            _ledger.Release(ifindex);
        }
    }

    /// <summary>Runs the look-up program in the calling thread's network namespace; replaces one of a former
    /// agent.</summary>
    public void AttachProxyLookup()
    {
        lock (_gate)
        {
            ProxyLookupLink.Attach(_pins, _loaded.Programs[ProgramObject.ProxyLookup]);
        }
    }

    /// <summary>Names the proxy's listening TCP socket for IPv4 or IPv6. It leaves the map by itself when
    /// closed.</summary>
    public void SetListener(AddressFamily family, SafeHandle socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        var held = false;
        try
        {
            socket.DangerousAddRef(ref held);
            _loaded.Maps["listeners"].Set(ListenerKey(family), (ulong)socket.DangerousGetHandle());
        }
        finally
        {
            if (held)
            {
                socket.DangerousRelease();
            }
        }
    }

    /// <summary>Takes the listeners away: redirected flows are dropped and counted from now on.</summary>
    public void ClearListeners()
    {
        _loaded.Maps["listeners"].Remove(ListenerKey(AddressFamily.InterNetwork));
        _loaded.Maps["listeners"].Remove(ListenerKey(AddressFamily.InterNetworkV6));
    }

    /// <summary>What the kernel knows of a flow; false where it knows none.</summary>
    public bool TryGetFlow(in FlowKey key, out Flow flow) => _loaded.Maps["flows"].TryGet(key, out flow);

    /// <summary>Forgets a flow; its next packet is judged anew. False where there was none.</summary>
    public bool DeleteFlow(in FlowKey key) => _loaded.Maps["flows"].Remove(key);

    /// <summary>0: drops and audit only, 1: new flows too.</summary>
    public void SetEventLevel(uint level)
    {
        lock (_gate)
        {
            WriteState(ReadState() with { EventLevel = level });
        }
    }

    /// <summary>Dropped packets by reason, summed over CPUs, since the maps were made.</summary>
    public IReadOnlyDictionary<DropReason, PacketCounter> ReadDrops() =>
        PerCpuCounters.Read<DropReason>(_loaded.Maps["drops"]);

    /// <summary>New flows by verdict, summed over CPUs, since the maps were made.</summary>
    public IReadOnlyDictionary<Verdict, PacketCounter> ReadVerdicts() =>
        PerCpuCounters.Read<Verdict>(_loaded.Maps["verdicts"]);

    /// <summary>Starts to consume events; one reader at a time.</summary>
    public EventReader OpenEvents()
    {
        if (Interlocked.Exchange(ref _eventsOpen, 1) != 0)
        {
            throw new InvalidOperationException("The events are being read already.");
        }

        try
        {
            return new(_loaded.Maps["events"], () => Volatile.Write(ref _eventsOpen, 0));
        }
        catch
        {
            Volatile.Write(ref _eventsOpen, 0);
            throw;
        }
    }

    /// <summary>All maps by name, inner ones as TABLE/SLOT. Counts entries: milliseconds for a full flow
    /// table.</summary>
    public IReadOnlyList<BpfMapInfo> ReadMaps()
    {
        var result = new List<BpfMapInfo>();
        foreach (var map in _loaded.Maps.Values.Append(_ledger.Map).OrderBy(map => map.Name, StringComparer.Ordinal))
        {
            result.Add(Inspector.Describe(map));
            if (map.ReadInfo().Type == BpfMapType.ArrayOfMaps)
            {
                result.AddRange(Inspector.DescribeSlots(map));
            }
        }

        return result;
    }

    /// <summary>The programs this agent loaded.</summary>
    public IReadOnlyList<BpfProgramInfo> ReadPrograms() => [.. _loaded.Programs.Values.Select(Inspector.Describe)];

    /// <summary>Where programs of ours are at work in the calling thread's network namespace, those of former agents
    /// included.</summary>
    public IReadOnlyList<AttachmentInfo> ReadAttachments()
    {
        lock (_gate)
        {
            return Inspector.ReadFilters();
        }
    }

    /// <summary>Whether the look-up program runs in the calling thread's network namespace.</summary>
    public bool IsProxyLookupAttached => ProxyLookupLink.IsHere(_pins);

    /// <summary>
    /// Removes everything that agents with this pin directory left: filters in the calling thread's network namespace,
    /// qdiscs they made that nobody else uses, links, pins, the folder, and the mount of the BPF file system if it was
    /// theirs and is empty. Fails while an agent runs.
    /// </summary>
    public static CleanupReport Cleanup(string pinDirectory) => DatapathCleaner.Clean(pinDirectory);

    /// <inheritdoc/>
    public void Dispose()
    {
        Lanes?.Dispose();
        _loaded.Dispose();
        _ledger.Map.Dispose();
        _pins.Dispose();
    }

    private void AttachIngress(int ifindex, string program)
    {
        lock (_gate)
        {
            _ledger.EnsureQdisc(ifindex);
            InterfaceAttacher.Attach(ifindex, TcHook.Ingress, _loaded.Programs[program]);
            InterfaceAttacher.Detach(ifindex, TcHook.Egress);
        }
    }

    private static uint ListenerKey(AddressFamily family) => family switch
    {
        AddressFamily.InterNetwork => 0,
        AddressFamily.InterNetworkV6 => 1,
        _ => throw new ArgumentOutOfRangeException(nameof(family), family, "Listeners are IPv4 or IPv6."),
    };

    private static AttachmentLedger OpenLedger(PinDirectory pins)
    {
        var map = BpfMap.OpenPin(AttachmentLedger.Name, pins.PathOf(AttachmentLedger.Name));
        if (map is not null && AttachmentLedger.Definition.Compare(map) is not null)
        {
            map.Dispose();
            map = null;
        }

        if (map is null)
        {
            map = BpfMap.Create(AttachmentLedger.Definition);
            pins.Replace([(AttachmentLedger.Name, map.Fd)]);
        }

        var ledger = new AttachmentLedger(map);
        ledger.Prune();
        return ledger;
    }

    private DatapathState ReadState() =>
        _loaded.Maps["datapath"].TryGet(StateKey, out DatapathState state) ? state : default;

    private void WriteState(in DatapathState state) => _loaded.Maps["datapath"].Set(StateKey, state);
}
