using System.Net;
using Jumpgate.Bpf.Native;

namespace Jumpgate.Bpf;

/// <summary>
/// The programs and maps of one sidecar's present configuration, loaded and not yet at work. What was remembered under
/// a former configuration is shared with it.
/// </summary>
internal sealed class SidecarPrograms : IDisposable
{
    internal const string ConfigMap = "sidecar_config";
    internal const string ListenMap = "sidecar_listen";
    internal const string KnownMap = "sidecar_known";
    internal const string CountsMap = "sidecar_counts";
    private const string PortsMap = "sidecar_ports";
    private const string NetworksMap = "sidecar_nets";
    private const int DirectionBits = 8;
    private const int MappedBits = 96;

    /// <summary>The objects, and the programs in each.</summary>
    private static readonly (string Object, string[] Programs)[] s_objects =
    [
        ("sidecar_connect",
            ["sidecar_connect4", "sidecar_connect6", "sidecar_peer4", "sidecar_peer6", "sidecar_original"]),
        ("sidecar_follow", ["sidecar_follow"]),
        ("sidecar_inbound", ["sidecar_inbound"]),
        (Adoption, [Adoption]),
    ];

    /// <summary>Maps that go on under the next configuration.</summary>
    internal static readonly IReadOnlyList<string> Lasting =
        ["sidecar_sockets", "sidecar_opening", "sidecar_arrived", CountsMap];

    /// <summary>The program, and its object, that finds the listeners that were there before.</summary>
    internal const string Adoption = "sidecar_adopt";

    /// <summary>The program, and its object, that joins sockets.</summary>
    internal const string Join = "sidecar_join";

    /// <summary>Names of the objects.</summary>
    internal static IEnumerable<string> Objects => s_objects.Select(o => o.Object).Append(Join);

    internal Dictionary<string, BpfMap> Maps { get; } = [];

    internal Dictionary<string, BpfFd> Programs { get; } = [];

    /// <param name="config">What the programs are told.</param>
    /// <param name="settings">What is excluded.</param>
    /// <param name="openPin">A pinned map of a former configuration, or null. Those that fit are taken over.</param>
    internal static SidecarPrograms Load(
        in SidecarConfig config, SidecarSettings settings, Func<string, BpfMap?> openPin)
    {
        var loaded = new SidecarPrograms();
        try
        {
            loaded.Adopt(config, openPin);
            foreach (var (name, programs) in s_objects)
            {
                loaded.LoadObject(name, programs);
            }

            loaded.Write(config, settings);
            return loaded;
        }
        catch
        {
            loaded.Dispose();
            throw;
        }
    }

    /// <summary>Loads what joins sockets.</summary>
    /// <param name="shared">The maps of direct pairs, and those that come with them.</param>
    /// <exception cref="DatapathException">This kernel does not take it; everything else goes on.</exception>
    internal void LoadJoin(IReadOnlyDictionary<string, BpfMap> shared) => LoadObject(Join, [Join], shared);

    public void Dispose()
    {
        foreach (var map in Maps.Values)
        {
            map.Dispose();
        }

        foreach (var program in Programs.Values)
        {
            program.Dispose();
        }
    }

    private void Adopt(SidecarConfig config, Func<string, BpfMap?> openPin)
    {
        using var former = openPin(ConfigMap);
        if (former is null || !Fits(former))
        {
            return;
        }

        // Listeners of another port, or of whom was the sidecar before, are not this configuration's.
        var sameListeners = former.TryGet(0u, out SidecarConfig there)
            && (there.InboundPort, there.OwnCgroup, there.Mark) == (config.InboundPort, config.OwnCgroup, config.Mark);
        foreach (var name in Lasting)
        {
            if (openPin(name) is { } map)
            {
                Maps.Add(name, map);
            }
        }

        // The one is about what is in the other.
        if (sameListeners && openPin(KnownMap) is { } known)
        {
            if (openPin(ListenMap) is { } listening)
            {
                Maps.Add(ListenMap, listening);
                Maps.Add(KnownMap, known);
            }
            else
            {
                known.Dispose();
            }
        }
    }

    /// <summary>Equal sizes do not make equal layouts: the BTF that a map was made with tells.</summary>
    private static bool Fits(BpfMap map)
    {
        var id = map.ReadInfo().BtfId;
        using var btf = LibBpf.BtfById(id);
        return id != 0 && !btf.IsInvalid && SidecarLayouts.Compare(btf.DangerousGetHandle()) is null;
    }

    private void LoadObject(
        string name, string[] programs, IReadOnlyDictionary<string, BpfMap>? others = null)
    {
        using var opened = OpenedObject.Open(ProgramObject.Read(typeof(SidecarPrograms).Assembly, name));
        if (SidecarLayouts.Compare(opened.Btf) is { } difference)
        {
            throw new DatapathException(
                $"BPF object {name} does not fit this agent: {difference}; rebuild both from one source");
        }

        foreach (var (mapName, map) in opened.Maps)
        {
            if (others?.GetValueOrDefault(mapName) is { } other)
            {
                Errno.Check(LibBpf.MapReuseFd(map, other.Fd), $"BPF object {name}: cannot share map {mapName}");
                continue;
            }

            if (!Maps.TryGetValue(mapName, out var shared))
            {
                continue;
            }

            if (OpenedObject.Define(map).Compare(shared) is not null)
            {
                Maps.Remove(mapName);
                shared.Dispose();
                continue;
            }

            Errno.Check(LibBpf.MapReuseFd(map, shared.Fd), $"BPF object {name}: cannot share map {mapName}");
        }

        opened.Load();
        foreach (var program in programs)
        {
            Programs.Add(program, opened.TakeProgram(program));
        }

        foreach (var (mapName, map) in opened.Maps)
        {
            if (!Maps.ContainsKey(mapName) && others?.ContainsKey(mapName) != true)
            {
                Maps.Add(mapName, new(mapName, BpfFd.Duplicate(LibBpf.MapFd(map))));
            }
        }
    }

    private void Write(in SidecarConfig config, SidecarSettings settings)
    {
        Maps[ConfigMap].Set(0u, config);
        WriteExclusions(Direction.Egress, settings.ExcludedOutboundPorts, settings.ExcludedOutboundNetworks);
        WriteExclusions(Direction.Ingress, settings.ExcludedInboundPorts, settings.ExcludedInboundNetworks);
    }

    private void WriteExclusions(Direction direction, IEnumerable<ushort> ports, IEnumerable<IPNetwork> networks)
    {
        foreach (var port in ports)
        {
            Maps[PortsMap].Set(new SidecarPort { Port = port, Direction = (ushort)direction }, 1u);
        }

        foreach (var network in networks)
        {
            var bits = network.PrefixLength
                + (network.BaseAddress.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? MappedBits : 0);
            var key = new SidecarNetwork
            {
                PrefixLength = (uint)(DirectionBits + bits),
                Direction = (byte)direction,
                Address = Address16.From(network.BaseAddress),
            };
            Maps[NetworksMap].Set(key, 1u);
        }
    }
}
