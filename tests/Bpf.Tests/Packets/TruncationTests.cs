using System.Net;
using Jumpgate.Bpf.Netlink;
using Jumpgate.Testing;

namespace Jumpgate.Bpf.Tests.Packets;

/// <summary>Every packet cut at every byte: an answer for each length, and never a pass where policy denies.</summary>
public sealed class TruncationTests(PacketScenes scenes) : IClassFixture<PacketScenes>
{
    public static IEnumerable<object[]> Kinds =>
        ((bool[])[false, true]).SelectMany(ipv6 => Names.Select(name => (object[])[ipv6, name]));

    private static IEnumerable<string> Names => ["tcp", "syn", "udp", "echo", "error", "first", "later", "sctp"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void EveryLength_PolicyDenies_IsDroppedAndCounted(bool ipv6, string kind)
    {
        var scene = scenes.Denying;
        var outgoing = PacketScene.Frame(Build(kind, PacketScene.Workload(ipv6), PacketScene.Other(ipv6)));
        var incoming = PacketScene.Frame(Build(kind, PacketScene.World(ipv6), PacketScene.Workload(ipv6)));
        for (var length = TestRun.ShortestFrame(ipv6); length <= outgoing.Length; length++)
        {
            Assert.Equal(TcAction.Shot, scene.Run(PacketScene.FromWorkload, outgoing[..length]).Action);
            Assert.Equal(TcAction.Shot, scene.Run(PacketScene.ToWorkload, incoming[..length]).Action);
            Assert.Equal(TcAction.Shot, scene.Run(PacketScene.ToWorkload, incoming[..length], fromHost: true).Action);
            Assert.Equal(TcAction.Shot, scene.Run(PacketScene.FromUplink, incoming[..length]).Action);
            Assert.Equal(TcAction.Shot, scene.Run(PacketScene.OnLoopback, outgoing[..length]).Action);
            Assert.Equal(TcAction.Shot, scene.Run(PacketScene.OnLoopback, incoming[..length]).Action);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void EveryLength_PolicyAllows_InvalidUntilItsHeadersAreWhole(bool ipv6, string kind)
    {
        var scene = scenes.Allowing;
        var frame = PacketScene.Frame(Build(kind, PacketScene.Workload(ipv6), PacketScene.Other(ipv6)));
        var passed = 0;
        for (var length = TestRun.ShortestFrame(ipv6); length <= frame.Length; length++)
        {
            var (action, reason, _) = scene.Run(PacketScene.FromWorkload, frame[..length]);
            if (kind == "later")
            {
                Assert.Equal(TcAction.Shot, action);
                continue;
            }

            passed += action == TcAction.Unspec ? 1 : 0;
            Assert.Equal(passed > 0 ? DropReason.None : DropReason.InvalidPacket, reason);
        }

        Assert.Equal(kind != "later", passed > 0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task CutIPHeader_OnTheWire_IsDroppedAndCounted(bool ipv6)
    {
        using var scene = new PacketScene(open: true);
        var node = scene.Node;
        node.Run(() => scene.Datapath.AttachWorkload(node.Ifindex));
        using var space = NetworkNamespace.Open(node.NamespaceName);
        using var wire = PacketSocket.Open(space, "jgt1");
        var frame = PacketScene.Frame(Build("udp", PacketScene.Workload(ipv6), PacketScene.Other(ipv6)));
        var before = Invalid();

        var first = 15;
        for (var length = first; length < TestRun.ShortestFrame(ipv6); length++)
        {
            wire.Send(frame.AsSpan(0, length));
        }

        var sent = (ulong)(TestRun.ShortestFrame(ipv6) - first);
        await Wait.UntilAsync(
            () => Invalid() - before >= sent, Wait.Patience, "all to be counted", () =>
                $"{Invalid() - before} of {sent}");

        ulong Invalid() => scene.Datapath.ReadDrops()[DropReason.InvalidPacket].Packets;
    }

    private static byte[] Build(string kind, IPAddress from, IPAddress to)
    {
        var source = new IPEndPoint(from, 40000);
        var destination = new IPEndPoint(to, PacketScene.OpenPort);
        return kind switch
        {
            "tcp" => RawPacket.Tcp(source, destination, TcpFlags.Ack | TcpFlags.Psh, 1, 1, 1, 2, 3),
            "syn" => RawPacket.Tcp(source, destination, TcpFlags.Syn),
            "udp" => RawPacket.Udp(source, destination, 1, 2, 3),
            "echo" => RawPacket.Echo(from, to, 7, 1, false, 1, 2, 3),
            "error" => RawPacket.IcmpError(
                from, to, (byte)(from.GetAddressBytes().Length == 16 ? 2 : 3), 4,
                RawPacket.Udp(destination, source, 1), 1300),
            "first" => RawPacket.Fragment(RawPacket.Udp(source, destination, new byte[20]), 16)[0],
            "later" => RawPacket.Fragment(RawPacket.Udp(source, destination, new byte[20]), 16, 0x777)[1],
            "sctp" => RawPacket.IP(from, to, 132, 1, 2, 3, 4, 5, 6, 7, 8),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "unknown"),
        };
    }
}
