using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Jumpgate.Bpf.Native;

namespace Jumpgate.Bpf;

/// <summary>
/// The kernel side: programs, maps, links and pins. What it attaches and pins outlives it; a new one takes over what the
/// former left. Attaching acts in the network namespace of the calling thread.
/// </summary>
public sealed unsafe class Datapath : IDisposable
{
    private const string FromWorkload = "from_workload";
    private const string ToWorkload = "to_workload";
    private const string FromUplink = "from_uplink";
    private const string ProxyLookup = "proxy_lookup";
    private const string LinkPin = "link_proxy_lookup";
    private const string ProgramPinPrefix = "program_";
    private const int SkLookupAttachType = 36;
    private static readonly string[] ObjectNames = [FromWorkload, ToWorkload, FromUplink, ProxyLookup];

    private readonly Lock _lock = new();
    private readonly string _directory;
    private readonly PinnedMaps _maps;
    private readonly Dictionary<string, BpfFd> _programs;
    private readonly TcFilters _filters;
    private readonly TablePublisher _publisher;

    private Datapath(string directory, PinnedMaps maps, Dictionary<string, BpfFd> programs, bool adopted)
    {
        _directory = directory;
        _maps = maps;
        _programs = programs;
        _filters = TcFilters.Open(directory);
        _publisher = new TablePublisher(maps);
        Adopted = adopted;
    }

    /// <summary>True where the maps of a former agent were taken over, flows and active revision included.</summary>
    public bool Adopted { get; }

    /// <summary>The revision in force; 0: none.</summary>
    public ulong ActiveRevision => ReadState().Revision;

    /// <summary>Loads the programs, taking over pinned maps that fit. Attached programs are not touched yet.</summary>
    /// <exception cref="DatapathException">One line: what failed, where, and the way out.</exception>
    public static Datapath Open(DatapathOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        FeatureProbe.Require();
        BpfFileSystem.Prepare(options.PinDirectory);
        var maps = new PinnedMaps(options.PinDirectory);
        var programs = new Dictionary<string, BpfFd>();
        var objects = new List<BpfObjectFile>();
        try
        {
            objects.AddRange(ObjectNames.Select(BpfObjectFile.Open));
            foreach (var flows in objects.SelectMany(o => o.Maps()).Where(m => m.Name == "flows"))
            {
                flows.SetMaxEntries(options.FlowTableSize);
            }

            var adopted = maps.TryAdopt(objects);
            foreach (var file in objects)
            {
                maps.Share(file);
                file.Load();
                maps.Collect(file);
                programs.Add(file.Name, file.Program());
            }

            // Nothing of a former agent has been touched up to here: a failure leaves its state working.
            maps.Pin();
            foreach (var (name, program) in programs)
            {
                PinnedMaps.PinTo(program, Path.Combine(options.PinDirectory, ProgramPinPrefix + name));
            }

            return new Datapath(options.PinDirectory, maps, programs, adopted);
        }
        catch
        {
            maps.Dispose();
            foreach (var program in programs.Values)
            {
                program.Dispose();
            }

            throw;
        }
        finally
        {
            objects.ForEach(o => o.Dispose());
        }
    }

    /// <summary>Puts a revision in force with one write; before it, nothing of the image has any effect.</summary>
    public void Publish(DatapathImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        lock (_lock)
        {
            var state = ReadState();
            if (image.Revision != state.Revision + 1)
            {
                throw new ArgumentException($"revision {image.Revision} does not follow {state.Revision}", nameof(image));
            }

            _publisher.Write(image);
            var counts = state.PortClassCount;
            counts[(int)(image.Revision & 1)] = image.PortClassCount;
            WriteState(state with { PortClassCount = counts });
            WriteState(state with { PortClassCount = counts, Revision = image.Revision });
        }
    }

    /// <summary>Attaches to a workload's host-side interface; replaces an older program in place.</summary>
    public void AttachWorkload(int ifindex)
    {
        lock (_lock)
        {
            _filters.Attach(ifindex, _programs[FromWorkload], _programs[ToWorkload]);
        }
    }

    /// <summary>Attaches to an uplink's ingress.</summary>
    public void AttachUplink(int ifindex)
    {
        lock (_lock)
        {
            _filters.Attach(ifindex, _programs[FromUplink], null);
        }
    }

    /// <summary>Removes our programs from an interface; harmless where none is attached or the interface is gone.</summary>
    public void Detach(int ifindex)
    {
        lock (_lock)
        {
            _filters.Detach(ifindex);
        }
    }

    /// <summary>Attaches the listener look-up to the current network namespace, or updates the pinned link.</summary>
    public void AttachProxyLookup()
    {
        lock (_lock)
        {
            var program = _programs[ProxyLookup];
            var path = Path.Combine(_directory, LinkPin);
            var pinned = LibBpf.OpenPin(path);
            if (pinned >= 0)
            {
                using var former = new BpfFd(pinned);
                if (LibBpf.LinkUpdate(former, program, 0) == 0)
                {
                    return;
                }
            }

            using var netns = new BpfFd(Errno.Check(
                LibC.Open("/proc/thread-self/ns/net", 0x80000), "cannot open the network namespace"));
            var link = LibBpf.LinkCreate(program, netns, SkLookupAttachType, 0);
            if (link < 0)
            {
                throw new DatapathException($"cannot attach proxy_lookup to the network namespace: {Errno.Describe(link)}");
            }

            using var fd = new BpfFd(link);
            PinnedMaps.PinTo(fd, path);
        }
    }

    /// <summary>Makes a listening TCP socket the target of redirected connections of its family.</summary>
    public void SetListener(AddressFamily family, SafeHandle socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        _maps["listeners"].Update(ListenerIndex(family), (ulong)socket.DangerousGetHandle());
    }

    /// <summary>Takes both listeners away: redirected connections are dropped from now on.</summary>
    public void ClearListeners()
    {
        _maps["listeners"].Delete(ListenerIndex(AddressFamily.InterNetwork));
        _maps["listeners"].Delete(ListenerIndex(AddressFamily.InterNetworkV6));
    }

    /// <summary>What the kernel knows of a flow, by its initiator's orientation.</summary>
    public bool TryGetFlow(in FlowKey key, out Flow flow) => _maps["flows"].TryLookup(key, out flow);

    /// <summary>Forgets a flow.</summary>
    public bool DeleteFlow(in FlowKey key) => _maps["flows"].Delete(key);

    /// <summary>0: drops and audit only, 1: new flows too.</summary>
    public void SetEventLevel(uint level)
    {
        lock (_lock)
        {
            WriteState(ReadState() with { EventLevel = level });
        }
    }

    /// <summary>Dropped packets and bytes by reason, summed over processors.</summary>
    public IReadOnlyDictionary<DropReason, PacketCounter> ReadDrops() =>
        ReadCounters(_maps["drops"], Enum.GetValues<DropReason>(), r => (uint)r);

    /// <summary>New flows by verdict, summed over processors.</summary>
    public IReadOnlyDictionary<Verdict, PacketCounter> ReadVerdicts() =>
        ReadCounters(_maps["verdicts"], Enum.GetValues<Verdict>(), v => (uint)v);

    /// <summary>Opens the ring buffer; dispose the reader before this.</summary>
    public EventReader OpenEvents() => new(BpfFd.Duplicate(_maps["events"].Fd.Number));

    /// <summary>Our maps, by name.</summary>
    public IReadOnlyList<BpfMapInfo> ReadMaps() => [.. _maps.All.OrderBy(m => m.Name, StringComparer.Ordinal).Select(m =>
    {
        var info = m.Info();
        return new BpfMapInfo(
            m.Name, info.Type.ToString(), info.Id, info.KeySize, info.ValueSize, info.MaxEntries, m.CountEntries(info));
    })];

    /// <summary>Our loaded programs.</summary>
    public IReadOnlyList<BpfProgramInfo> ReadPrograms() => [.. _programs.Select(p =>
    {
        KernelProgramInfo info = default;
        var length = (uint)sizeof(KernelProgramInfo);
        Errno.Check(LibBpf.GetInfo(p.Value, &info, &length), $"cannot read the program {p.Key}");
        return new BpfProgramInfo(p.Key, info.Id, info.Type, info.Tag.ToString("x16", CultureInfo.InvariantCulture));
    })];

    /// <summary>Where we are attached in the current network namespace.</summary>
    public IReadOnlyList<AttachmentInfo> ReadAttachments() => [.. _filters.Interfaces().Select(i =>
        new AttachmentInfo(i, TcFilters.Attached(i, TcFilters.Ingress), TcFilters.Attached(i, TcFilters.Egress)))];

    /// <summary>Removes everything that was attached or pinned, in the current network namespace.</summary>
    public static CleanupReport Cleanup(string pinDirectory)
    {
        if (!Directory.Exists(pinDirectory))
        {
            return new CleanupReport(0, 0, false);
        }

        IReadOnlyList<int> interfaces;
        using (var filters = TcFilters.Open(pinDirectory))
        {
            interfaces = filters.Interfaces();
            foreach (var ifindex in interfaces)
            {
                filters.Detach(ifindex);
            }
        }

        var link = LibBpf.OpenPin(Path.Combine(pinDirectory, LinkPin));
        if (link >= 0)
        {
            using var fd = new BpfFd(link);
            _ = LibBpf.LinkDetach(fd);
        }

        var pins = Directory.GetFiles(pinDirectory);
        foreach (var pin in pins)
        {
            _ = LibC.Unlink(pin);
        }

        Errno.Check(LibC.RemoveDirectory(pinDirectory), $"cannot remove {pinDirectory}");
        return new CleanupReport(interfaces.Count, pins.Length, BpfFileSystem.UnmountIfOurs());
    }

    /// <summary>Lets go of descriptors. What is attached and pinned stays.</summary>
    public void Dispose()
    {
        _filters.Dispose();
        _maps.Dispose();
        foreach (var program in _programs.Values)
        {
            program.Dispose();
        }
    }

    private static uint ListenerIndex(AddressFamily family) => family == AddressFamily.InterNetwork ? 0u : 1u;

    private static Dictionary<T, PacketCounter> ReadCounters<T>(BpfMap map, T[] keys, Func<T, uint> index)
        where T : struct, Enum
    {
        var perCpu = new PacketCounter[LibBpf.PossibleCpus()];
        var result = new Dictionary<T, PacketCounter>();
        foreach (var key in keys)
        {
            var number = index(key);
            fixed (PacketCounter* values = perCpu)
            {
                Errno.Check(LibBpf.MapLookup(map.Fd, &number, values), $"cannot read the map {map.Name}");
            }

            result[key] = perCpu.Aggregate(default(PacketCounter), (sum, c) => sum + c);
        }

        return result;
    }

    private DatapathState ReadState()
    {
        _maps["datapath"].TryLookup(0u, out DatapathState state);
        return state;
    }

    private void WriteState(DatapathState state) => _maps["datapath"].Update(0u, state);
}
