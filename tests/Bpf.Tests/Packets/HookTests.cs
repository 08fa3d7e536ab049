using System.Net;
using System.Net.Sockets;
using Jumpgate.Testing;

namespace Jumpgate.Bpf.Tests.Packets;

/// <summary>
/// What each hook does with a whole packet, by source, mark and verdict; one counter for each reason.
/// </summary>
public sealed class HookTests(PacketScenes scenes) : IClassFixture<PacketScenes>
{
    private const uint MarkMask = 0xff000000;
    private const uint MarkFromProxy = 0x4b000000;
    private const uint MarkHairpin = 0x4c000000;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Verdicts_OfPorts_AreTheSameAtEveryHook(bool ipv6)
    {
        foreach (var (program, from, to, fromHost) in Ways(ipv6))
        {
            scenes.Allowing.Passes(program, Syn(from, to, PacketScene.OpenPort), fromHost);
            scenes.Allowing.Drops(program, Syn(from, to, 81), DropReason.PolicyDenied, fromHost);
            scenes.Denying.Drops(program, Syn(from, to, PacketScene.OpenPort), DropReason.PolicyDenied, fromHost);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ProxiedPort_NoListener_IsClosedAndCounted(bool ipv6)
    {
        foreach (var (program, from, to, fromHost) in Ways(ipv6).Where(w => w.Program != PacketScene.ToWorkload))
        {
            foreach (var flags in (TcpFlags[])[TcpFlags.Syn, TcpFlags.Ack, TcpFlags.Rst, TcpFlags.None])
            {
                scenes.Allowing.Drops(
                    program, Syn(from, to, PacketScene.ProxiedPort, flags), DropReason.NoProxy, fromHost);
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ProxiedPort_AtEgress_GoesBackIntoTheInterfaceWithAMark(bool ipv6)
    {
        foreach (var fromHost in (bool[])[true, false])
        {
            var from = fromHost ? PacketScene.Host(ipv6) : PacketScene.World(ipv6);
            var syn = Syn(from, PacketScene.Workload(ipv6), PacketScene.ProxiedPort);
            var (action, _, mark) = scenes.Allowing.Run(PacketScene.ToWorkload, syn, fromHost, 0x00000012);
            Assert.Equal((TcAction.Redirect, MarkHairpin | 0x12), (action, mark));

            // And there it needs the proxy, whatever its source address.
            Assert.Equal(
                (TcAction.Shot, DropReason.NoProxy),
                Without(scenes.Allowing.Run(PacketScene.FromWorkload, syn, mark: mark)));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Listener_ThatTheStackRefuses_IsClosedAndCounted(bool ipv6)
    {
        using var scene = new PacketScene(open: true);
        var family = ipv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
        using var listener = scene.Node.Run(() =>
        {
            var socket = new Socket(family, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(ipv6 ? IPAddress.IPv6Any : IPAddress.Any, 0));
            socket.Listen();
            return socket;
        });
        scene.Datapath.SetListener(family, listener.SafeHandle);

        // A test run is no ingress, and so bpf_sk_assign() refuses.
        scene.Drops(
            PacketScene.FromWorkload,
            Syn(PacketScene.Workload(ipv6), PacketScene.Other(ipv6), PacketScene.ProxiedPort),
            DropReason.ProxyAssign);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Source_ThatIsNotItsOwn_IsDroppedAtEveryHook(bool ipv6)
    {
        var (workload, other, host, world) =
            (PacketScene.Workload(ipv6), PacketScene.Other(ipv6), PacketScene.Host(ipv6), PacketScene.World(ipv6));
        var lies = new (string Program, IPAddress From, IPAddress To)[]
        {
            (PacketScene.FromWorkload, other, workload),
            (PacketScene.FromWorkload, other, world),
            (PacketScene.FromWorkload, host, other),
            (PacketScene.FromWorkload, world, other),
            (PacketScene.FromUplink, other, workload),
            (PacketScene.FromUplink, workload, workload),
            (PacketScene.FromUplink, host, workload),
            (PacketScene.OnLoopback, other, workload),
            (PacketScene.ToWorkload, other, workload), // not judged where it entered
            (PacketScene.ToWorkload, host, workload),
        };
        foreach (var (program, from, to) in lies)
        {
            scenes.Allowing.Drops(program, Syn(from, to, PacketScene.OpenPort), DropReason.InvalidSource);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void KnownFlow_ContinuedByAnImpostor_IsDropped(bool ipv6)
    {
        // The node opens a connection to the workload, the workload one to its neighbour; then somebody else goes on.
        var (workload, other, host) = (PacketScene.Workload(ipv6), PacketScene.Other(ipv6), PacketScene.Host(ipv6));
        scenes.Allowing.Passes(PacketScene.ToWorkload, Syn(host, workload, PacketScene.OpenPort), fromHost: true);
        scenes.Allowing.Passes(PacketScene.FromWorkload, Syn(workload, other, PacketScene.OpenPort));
        var reply = PacketScene.Frame(RawPacket.Tcp(
            new IPEndPoint(other, PacketScene.OpenPort), new IPEndPoint(workload, 41000), TcpFlags.Ack));

        scenes.Allowing.Drops(
            PacketScene.ToWorkload, Syn(host, workload, PacketScene.OpenPort, TcpFlags.Ack), DropReason.InvalidSource);
        scenes.Allowing.Drops(PacketScene.ToWorkload, reply, DropReason.InvalidSource, ingressIfindex: 7);
        scenes.Allowing.Passes(PacketScene.ToWorkload, reply);
        scenes.Allowing.Passes(
            PacketScene.ToWorkload, Syn(host, workload, PacketScene.OpenPort, TcpFlags.Ack), fromHost: true);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Uplink_ForNobodyHere_IsLeftAlone(bool ipv6)
    {
        var world = PacketScene.World(ipv6);
        scenes.Denying.Passes(PacketScene.FromUplink, Syn(world, PacketScene.Host(ipv6), 22));
        scenes.Denying.Passes(PacketScene.FromUplink, Syn(PacketScene.Other(ipv6), world, 22));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Loopback_BetweenOthers_IsLeftAlone(bool ipv6)
    {
        var (host, world) = (PacketScene.Host(ipv6), PacketScene.World(ipv6));
        scenes.Denying.Passes(PacketScene.OnLoopback, Syn(host, host, 22));
        scenes.Denying.Passes(PacketScene.OnLoopback, Syn(host, world, 22));
        scenes.Denying.Passes(PacketScene.OnLoopback, Syn(host, PacketScene.Other(ipv6), 22));
    }

    [Theory]
    [InlineData(PacketScene.ToWorkload)]
    [InlineData(PacketScene.OnLoopback)]
    public void ProxysOwnPackets_ReachTheWorkload(string program)
    {
        var syn = Syn(PacketScene.World(false), PacketScene.Workload(false), 81);

        Assert.Equal(TcAction.Unspec, scenes.Denying.Run(program, syn, fromHost: true, MarkFromProxy).Action);
        Assert.Equal(TcAction.Shot, scenes.Denying.Run(program, syn, fromHost: true, ~MarkMask).Action);
    }

    [Fact]
    public void NoPolicyYet_ClosesWorkloadsAndLeavesUplinksAndLoopbackAlone()
    {
        using var scene = PacketScene.WithoutPolicy();
        var frame = Syn(PacketScene.Workload(false), PacketScene.Other(false), PacketScene.OpenPort);

        scene.Drops(PacketScene.FromWorkload, frame, DropReason.NoPolicy);
        scene.Drops(PacketScene.ToWorkload, frame, DropReason.NoPolicy, fromHost: true);
        scene.Passes(PacketScene.FromUplink, frame);
        scene.Passes(PacketScene.OnLoopback, frame);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void PacketTooBig_ReachesWhoSentThePacket(bool ipv6)
    {
        const uint MarkToProxy = 0x4a000000;
        var (workload, world) = (PacketScene.Workload(ipv6), PacketScene.World(ipv6));
        var proxied = Tcp(workload, world, PacketScene.ProxiedPort);
        var direct = Tcp(workload, world, PacketScene.OpenPort);
        scenes.Allowing.Passes(PacketScene.FromWorkload, PacketScene.Frame(direct));
        scenes.Allowing.Drops(PacketScene.FromWorkload, PacketScene.Frame(proxied), DropReason.NoProxy);

        // The workload itself...
        scenes.Allowing.Passes(PacketScene.ToWorkload, TooBig(direct));
        scenes.Allowing.Passes(PacketScene.FromUplink, TooBig(direct));

        // ...or the proxy, which has sent it in the workload's name.
        Assert.Equal(
            (TcAction.Unspec, DropReason.None, MarkToProxy),
            scenes.Allowing.Run(PacketScene.FromUplink, TooBig(proxied)));
        Assert.Equal(
            (TcAction.Redirect, DropReason.None, MarkHairpin),
            scenes.Allowing.Run(PacketScene.ToWorkload, TooBig(proxied)));
        Assert.Equal(
            (TcAction.Unspec, DropReason.None, MarkToProxy),
            scenes.Allowing.Run(PacketScene.FromWorkload, TooBig(proxied), mark: MarkHairpin));

        // About a packet that nobody has sent, it is traffic like any other.
        scenes.Denying.Drops(PacketScene.ToWorkload, TooBig(direct), DropReason.PolicyDenied);
        scenes.Denying.Drops(PacketScene.FromUplink, TooBig(direct), DropReason.PolicyDenied);

        byte[] TooBig(byte[] about) => PacketScene.Frame(RawPacket.IcmpError(
            ipv6 ? IPAddress.Parse("2001:db8::1") : IPAddress.Parse("198.51.100.1"),
            workload,
            (byte)(ipv6 ? 2 : 3),
            (byte)(ipv6 ? 0 : 4),
            about,
            1300));
    }

    private static IEnumerable<(string Program, IPAddress From, IPAddress To, bool FromHost)> Ways(bool ipv6) =>
    [
        (PacketScene.FromWorkload, PacketScene.Workload(ipv6), PacketScene.Other(ipv6), false),
        (PacketScene.FromWorkload, PacketScene.Workload(ipv6), PacketScene.World(ipv6), false),
        (PacketScene.FromUplink, PacketScene.World(ipv6), PacketScene.Workload(ipv6), false),
        (PacketScene.OnLoopback, PacketScene.Workload(ipv6), PacketScene.World(ipv6), false),
        (PacketScene.OnLoopback, PacketScene.Host(ipv6), PacketScene.Workload(ipv6), false),
        (PacketScene.ToWorkload, PacketScene.World(ipv6), PacketScene.Workload(ipv6), false),
        (PacketScene.ToWorkload, PacketScene.Host(ipv6), PacketScene.Workload(ipv6), true),
    ];

    private static (TcAction, DropReason) Without((TcAction Action, DropReason Reason, uint) result) =>
        (result.Action, result.Reason);

    private static byte[] Syn(IPAddress from, IPAddress to, int port, TcpFlags flags = TcpFlags.Syn) =>
        PacketScene.Frame(Tcp(from, to, port, flags));

    private static byte[] Tcp(IPAddress from, IPAddress to, int port, TcpFlags flags = TcpFlags.Syn) =>
        RawPacket.Tcp(new IPEndPoint(from, 41000), new IPEndPoint(to, port), flags);
}
