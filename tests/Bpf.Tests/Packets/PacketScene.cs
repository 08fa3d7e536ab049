using System.Net;
using System.Net.NetworkInformation;
using Jumpgate.Testing;

namespace Jumpgate.Bpf.Tests.Packets;

/// <summary>
/// Loaded programs and a small world: a workload behind jgt0 (subject 0), another on this node (subject 1), the node,
/// and an address of the world. Nothing is attached: frames are given to the programs by hand.
/// </summary>
internal sealed class PacketScene : IDisposable
{
    public const string FromWorkload = "from_workload";
    public const string ToWorkload = "to_workload";
    public const string FromUplink = "from_uplink";
    public const string OnLoopback = "on_loopback";
    public const ushort OpenPort = 80;
    public const ushort ProxiedPort = 8080;
    private const int OtherIfindex = 4242;
    private const uint WorkloadIdentity = 256;
    private const uint HostIdentity = 1;
    private static readonly PhysicalAddress Mac = PhysicalAddress.Parse("02-00-00-00-00-01");

    private readonly TestNode _node = new();
    private readonly Dictionary<string, TestRun> _programs = [];

    /// <param name="open">What rules allow: nothing, or UDP and TCP to <see cref="OpenPort"/>, and everything that has
    /// no ports; <see cref="ProxiedPort"/> goes to the proxy.</param>
    public PacketScene(bool open)
        : this() => Datapath.Publish(Image(open));

    private PacketScene()
    {
        Datapath = Datapath.Open(_node.Options);
        foreach (var name in (string[])[FromWorkload, ToWorkload, FromUplink, OnLoopback])
        {
            _programs[name] = new TestRun(_node.PinDirectory, name);
        }
    }

    public Datapath Datapath { get; }

    public TestNode Node => _node;

    public static PacketScene WithoutPolicy() => new();

    public static IPAddress Workload(bool ipv6) => IPAddress.Parse(ipv6 ? "fd01::2" : "10.1.0.2");

    public static IPAddress Other(bool ipv6) => IPAddress.Parse(ipv6 ? "fd02::2" : "10.2.0.2");

    public static IPAddress Host(bool ipv6) => IPAddress.Parse(ipv6 ? "fd01::1" : "10.1.0.1");

    public static IPAddress World(bool ipv6) => IPAddress.Parse(ipv6 ? "2001:db8::9" : "198.51.100.9");

    public static byte[] Frame(byte[] packet) => RawPacket.Ethernet(Mac, Mac, packet);

    public static byte[] Frame(ushort etherType, params ReadOnlySpan<byte> payload) =>
        [.. Mac.GetAddressBytes(), .. Mac.GetAddressBytes(), (byte)(etherType >> 8), (byte)etherType, .. payload];

    /// <summary>Runs one program on one frame, and asserts that a drop is counted once and by one reason, and a pass
    /// not at all.</summary>
    /// <returns>What the program returned; why, if it dropped the packet; skb->mark after.</returns>
    public (TcAction Action, DropReason Reason, uint Mark) Run(
        string program, byte[] frame, bool fromHost = false, uint mark = 0, int ingressIfindex = OtherIfindex)
    {
        var before = Datapath.ReadDrops();
        var ingress = program == ToWorkload ? (fromHost ? 0 : ingressIfindex) : _node.Ifindex;
        var (action, markAfter, _) = _node.Run(() => _programs[program].Run(frame, _node.Ifindex, ingress, mark));
        var counted = Datapath.ReadDrops()
            .Select(d => (Reason: d.Key, Packets: d.Value.Packets - before[d.Key].Packets))
            .Where(d => d.Packets != 0)
            .ToList();
        if (action != TcAction.Shot)
        {
            Assert.Empty(counted);
            return (action, DropReason.None, markAfter);
        }

        var (reason, packets) = Assert.Single(counted);
        Assert.Equal(1ul, packets);
        Assert.NotEqual(DropReason.None, reason);
        return (action, reason, markAfter);
    }

    /// <summary>Asserts that the program drops the frame for that reason.</summary>
    public void Drops(
        string program, byte[] frame, DropReason reason, bool fromHost = false, int ingressIfindex = OtherIfindex) =>
        Assert.Equal((TcAction.Shot, reason, 0u), Run(program, frame, fromHost, 0, ingressIfindex));

    /// <summary>Asserts that the program lets the frame go on.</summary>
    public void Passes(string program, byte[] frame, bool fromHost = false) =>
        Assert.Equal((TcAction.Unspec, DropReason.None, 0u), Run(program, frame, fromHost));

    public void Dispose()
    {
        foreach (var program in _programs.Values)
        {
            program.Dispose();
        }

        Datapath.Dispose();
        _node.Dispose();
    }

    private DatapathImage Image(bool open)
    {
        var classes = new ushort[DatapathImage.PortClassTableLength];
        Array.Fill(classes, (ushort)1);
        foreach (var table in (int[])[0, 65536])
        {
            classes[table + OpenPort] = 2;
        }

        classes[ProxiedPort] = 3;
        PolicyValue denied = new(Verdict.DefaultDeny, Flow.NoRule);
        PolicyValue allowed = open ? new(Verdict.Allow, 1) : denied;
        PolicyValue proxied = open ? new(Verdict.Redirect, 2) : denied;
        PolicyValue[] row = [allowed, denied, allowed, proxied];
        return new DatapathImage
        {
            Revision = 1,
            Endpoints =
            [
                .. ((bool[])[false, true]).SelectMany(ipv6 => (KeyValuePair<EndpointKey, Endpoint>[])
                [
                    new(EndpointKey.From(Workload(ipv6)), new Endpoint((uint)_node.Ifindex, WorkloadIdentity, 256, 0)),
                    new(EndpointKey.From(Other(ipv6)), new Endpoint(OtherIfindex, WorkloadIdentity + 1, 257, 1)),
                ]),
            ],
            IpCache =
            [
                .. ((bool[])[false, true]).Select(ipv6 => new KeyValuePair<IpCacheKey, IpCacheValue>(
                    IpCacheKey.From(new IPNetwork(Host(ipv6), ipv6 ? 128 : 32)), new(HostIdentity, HostIdentity))),
            ],
            Defaults = (PolicyValue[])[.. row, .. row, .. row, .. row],
            PortClasses = classes,
            PortClassCount = (uint)row.Length,
        };
    }
}
