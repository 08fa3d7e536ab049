using System.Security.Cryptography;
using System.Text;
using Jumpgate.Bpf.Native;
using Errno = Jumpgate.Bpf.Native.Errno;
using NetworkNamespace = Jumpgate.Bpf.Netlink.NetworkNamespace;

namespace Jumpgate.Bpf;

/// <summary>
/// The kernel side of sidecar mode. What is attached is pinned and outlives the agent: it goes on, and takes up the
/// listeners of a sidecar that is started anew, with no agent there. Not safe for use from several threads.
/// </summary>
public sealed class SidecarDatapath
{
    private const string Prefix = "sidecar_";
    private const string LinkPart = "_link_";
    private const string MapPart = "_map_";
    private const int IdLength = 16;

    // enum bpf_attach_type
    private const int SockOps = 3;
    private const int Connect4 = 10;
    private const int Connect6 = 11;
    private const int GetSockOpt = 21;
    private const int GetPeerName4 = 29;
    private const int GetPeerName6 = 30;
    private const int SocketLookup = 36;
    private readonly PinDirectory _pins;

    private readonly LoadedDatapath _loaded;
    private readonly DirectDatapath? _direct;

    internal SidecarDatapath(PinDirectory pins, LoadedDatapath loaded)
    {
        _pins = pins;
        _loaded = loaded;
        _direct = loaded.LanesOffBecause is null ? new(loaded) : null;
        CannotJoinBecause = loaded.LanesOffBecause;
    }

    /// <summary>
    /// Why application and sidecar are not joined on this node (one line), or null where they can be.
    /// </summary>
    public string? CannotJoinBecause { get; private set; }

    /// <summary>
    /// Puts a configuration in force, in place of a former one of this name. Connections that are open go on; each
    /// place changes in one step, those that send connections to the sidecar last.
    /// </summary>
    /// <param name="settings">The configuration.</param>
    /// <param name="netns">The workload's namespace; needed for inbound connections.</param>
    /// <exception cref="DatapathException">One line: what is missing. What was attached then goes on.</exception>
    public void Apply(SidecarSettings settings, NetworkNamespace? netns)
    {
        ArgumentNullException.ThrowIfNull(settings);
        using var cgroup = Cgroup.Open(settings.Cgroup);
        using var own = settings.OwnCgroup is { } path ? Cgroup.Open(path) : null;
        var config = new SidecarConfig
        {
            OwnCgroup = own?.Id ?? 0,
            OwnLevel = own?.Level ?? 0,
            Mark = settings.Mark,
            OutboundIpv4 = settings.OutboundIPv4 is { } ipv4 ? BitConverter.ToUInt32(ipv4.GetAddressBytes()) : 0,
            OutboundIpv6 = settings.OutboundIPv6 is { } ipv6 ? Address16.From(ipv6) : default,
            OutboundPort = NetworkOrder.Swap(settings.OutboundPort),
            InboundPort = settings.InboundPort,
            Netns = CookieToJoin(settings, netns),
        };
        var id = IdOf(settings.Name);
        var former = ReadNetns(id);
        using var loaded = SidecarPrograms.Load(config, settings, name => OpenMap(id, name));
        if (config.Netns != 0)
        {
            LoadJoin(loaded);
        }

        Adopt(loaded, settings, netns);
        var places = Places(settings, cgroup, own, netns);
        Count(former, config.Netns);
        _pins.Replace([.. loaded.Maps.Values
            .Where(map => SidecarPrograms.Lasting.Contains(map.Name)
                || map.Name is SidecarPrograms.ConfigMap or SidecarPrograms.ListenMap or SidecarPrograms.KnownMap)
            .Select(map => (MapPin(id, map.Name), map.Fd))]);
        foreach (var place in places)
        {
            if (place.AttachType == SocketLookup)
            {
                // One more look: now the kernel sees those that come.
                Adopt(loaded, settings, netns);
            }

            place.Attach(_pins, LinkPin(id, place.Name), loaded.Programs[place.Program]);
        }

        DetachWhere(name => name.StartsWith(LinkPin(id, ""), StringComparison.Ordinal)
            && !places.Any(place => LinkPin(id, place.Name) == name));
    }

    /// <summary>Whether all of a configuration that was applied is at work where it should be: cgroups and namespaces
    /// may have been made anew under their old names.</summary>
    /// <exception cref="DatapathException">One line: what is missing.</exception>
    public bool IsAttached(SidecarSettings settings, NetworkNamespace? netns)
    {
        ArgumentNullException.ThrowIfNull(settings);
        using var cgroup = Cgroup.Open(settings.Cgroup);
        using var own = settings.OwnCgroup is { } path ? Cgroup.Open(path) : null;
        var id = IdOf(settings.Name);
        return Places(settings, cgroup, own, netns)
            .TrueForAll(place => place.IsAttached(_pins, LinkPin(id, place.Name)))
            && (own is null || ReadConfig(id).OwnCgroup == own.Id)
            && (!Joins(settings) || ReadNetns(id) == netns?.Cookie);
    }

    /// <summary>Ends all sidecars but these: connections go straight again, and nothing is left of them.</summary>
    /// <returns>How many there were.</returns>
    public int RemoveAllBut(IEnumerable<string> names)
    {
        var kept = names.Select(IdOf).ToHashSet();
        var gone = Pins(_pins).Select(pin => pin.Substring(Prefix.Length, IdLength)).Where(id => !kept.Contains(id))
            .ToHashSet();
        DetachWhere(pin => pin.Contains(LinkPart, StringComparison.Ordinal) && IsOneOf(pin, gone));
        foreach (var id in gone)
        {
            Count(ReadNetns(id), 0);
        }

        foreach (var pin in Pins(_pins).Where(pin => IsOneOf(pin, gone)))
        {
            Errno.Check(LibC.Unlink(_pins.PathOf(pin)), $"{_pins.PathOf(pin)}: cannot be removed");
        }

        return gone.Count;
    }

    /// <summary>Since the sidecar was first attached; null where it never was.</summary>
    public IReadOnlyDictionary<SidecarCount, ulong>? ReadCounts(string name)
    {
        using var map = OpenMap(IdOf(name), SidecarPrograms.CountsMap);
        return map is null ? null : Enum.GetValues<SidecarCount>().ToDictionary(
            count => count,
            count => PerCpuCounters.ReadAll<ulong>(map, (uint)count).Aggregate((left, right) => left + right));
    }

    /// <summary>What has passed by queue between application and sidecar.</summary>
    public PacketCounter ReadBytes(string name) => _direct?.ReadSidecar(ReadNetns(IdOf(name))) ?? default;

    /// <summary>How many inbound listeners the kernel knows.</summary>
    public int CountListeners(string name)
    {
        using var map = OpenMap(IdOf(name), SidecarPrograms.ListenMap);
        return map is null ? 0 : Enumerable.Range(0, (int)map.ReadInfo().MaxEntries)
            .Count(slot => map.TryGet((uint)slot, out ulong _));
    }

    /// <summary>
    /// Ends every sidecar of a pin directory. The pins of their maps stay for whoever removes all pins.
    /// </summary>
    /// <returns>How many links there were.</returns>
    internal static int Detach(PinDirectory pins) =>
        Pins(pins).Where(pin => pin.Contains(LinkPart, StringComparison.Ordinal)).OrderBy(Order)
            .Count(pin => SidecarLink.Detach(pins, pin));

    private static bool IsOneOf(string pin, HashSet<string> ids) =>
        ids.Contains(pin.Substring(Prefix.Length, IdLength));

    private static string IdOf(string name) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..IdLength];

    private static string LinkPin(string id, string name) => $"{Prefix}{id}{LinkPart}{name}";

    private static string MapPin(string id, string name) => $"{Prefix}{id}{MapPart}{name[Prefix.Length..]}";

    private static List<string> Pins(PinDirectory pins) =>
        [.. Directory.EnumerateFiles(pins.Path, Prefix + "*").Select(path => Path.GetFileName(path))
            .Where(name => name.Length > Prefix.Length + IdLength)];

    /// <summary>What sends connections to the sidecar goes first, what answers it last.</summary>
    private static int Order(string pin) =>
        pin.Contains("connect", StringComparison.Ordinal) || pin.Contains("inbound", StringComparison.Ordinal) ? 0 : 1;

    private bool Joins(SidecarSettings settings) => settings.ShortCircuit && CannotJoinBecause is null;

    /// <summary>0 where sockets are not to be joined.</summary>
    private ulong CookieToJoin(SidecarSettings settings, NetworkNamespace? netns) =>
        !Joins(settings) ? 0
        : netns is not null && settings.OwnCgroup is not null ? netns.Cookie
        : throw new DatapathException(
            $"sidecar of {settings.Name}: joining sockets needs the workload's network namespace and the sidecar's cgroup");

    /// <summary>A kernel that does not take the program redirects all the same.</summary>
    private void LoadJoin(SidecarPrograms programs)
    {
        try
        {
            programs.LoadJoin(_loaded.Maps);
        }
        catch (DatapathException e)
        {
            CannotJoinBecause = e.Message;
        }
    }

    /// <summary>The namespace that a configuration in force joins sockets in; 0 where it does not.</summary>
    private ulong ReadNetns(string id) => ReadConfig(id).Netns;

    /// <summary>What is in force; all zero where nothing is, or another agent's layout.</summary>
    private unsafe SidecarConfig ReadConfig(string id)
    {
        using var map = OpenMap(id, SidecarPrograms.ConfigMap);
        return map is not null && map.ReadInfo().ValueSize == sizeof(SidecarConfig)
            && map.TryGet(0u, out SidecarConfig config) ? config : default;
    }

    private void Count(ulong former, ulong netns)
    {
        if (former != 0 && former != netns)
        {
            _direct?.ForgetSidecar(former);
        }

        if (netns != 0)
        {
            _direct?.CountSidecar(netns);
        }
    }

    /// <summary>Where what runs, in the order of attaching.</summary>
    private List<SidecarLink> Places(
        SidecarSettings settings, Cgroup cgroup, Cgroup? own, NetworkNamespace? netns)
    {
        var places = new List<SidecarLink>
        {
            On(cgroup, "follow", "sidecar_follow", SockOps),
            On(cgroup, "original", "sidecar_original", GetSockOpt),
        };
        if (Joins(settings))
        {
            places.Add(On(cgroup, "join", SidecarPrograms.Join, SockOps));
        }

        if (own is not null && !own.IsWithin(cgroup))
        {
            places.Add(On(own, "own_follow", "sidecar_follow", SockOps));
            places.Add(On(own, "own_original", "sidecar_original", GetSockOpt));
            if (Joins(settings))
            {
                places.Add(On(own, "own_join", SidecarPrograms.Join, SockOps));
            }
        }

        if (settings.OutboundPort != 0)
        {
            places.Add(On(cgroup, "peer4", "sidecar_peer4", GetPeerName4));
            places.Add(On(cgroup, "peer6", "sidecar_peer6", GetPeerName6));
            places.Add(On(cgroup, "connect4", "sidecar_connect4", Connect4));
            places.Add(On(cgroup, "connect6", "sidecar_connect6", Connect6));
        }

        if (settings.InboundPort != 0)
        {
            var inside = netns ?? throw new DatapathException(
                $"sidecar of {settings.Name}: inbound connections need the workload's network namespace");
            places.Add(new("inbound", "sidecar_inbound", SocketLookup, inside.Handle, inside.Inode));
        }

        return places;
    }

    private static SidecarLink On(Cgroup cgroup, string name, string program, int attachType) =>
        new(name, program, attachType, cgroup.Fd, cgroup.Id);

    /// <summary>Finds the listeners that the sidecar had before its programs were there.</summary>
    private static void Adopt(SidecarPrograms loaded, SidecarSettings settings, NetworkNamespace? netns)
    {
        if (settings.InboundPort != 0)
        {
            netns?.Run(() => TcpIterator.Run(
                loaded.Programs[SidecarPrograms.Adoption], SidecarPrograms.Adoption));
        }
    }

    private BpfMap? OpenMap(string id, string name) => BpfMap.OpenPin(name, _pins.PathOf(MapPin(id, name)));

    private void DetachWhere(Func<string, bool> isMeant)
    {
        foreach (var pin in Pins(_pins).Where(isMeant).OrderBy(Order))
        {
            SidecarLink.Detach(_pins, pin);
        }
    }
}
