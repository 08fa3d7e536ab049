using System.Net;
using Jumpgate.Testing;

namespace Jumpgate.Bpf.Tests.Packets;

/// <summary>Later fragments have no ports: they follow the first, or nothing.</summary>
public sealed class FragmentTests(PacketScenes scenes) : IClassFixture<PacketScenes>
{
    private static uint s_identification = 1;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void LaterFragments_FollowTheFirst(bool ipv6)
    {
        foreach (var (port, expected) in ((int, TcAction)[])[(PacketScene.OpenPort, TcAction.Unspec),
            (81, TcAction.Shot)])
        {
            foreach (var fragment in Fragments(ipv6, port))
            {
                Assert.Equal(expected, scenes.Allowing.Run(PacketScene.FromWorkload, fragment).Action);
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void LaterFragment_WithoutAFirst_IsDropped(bool ipv6)
    {
        var fragments = Fragments(ipv6, PacketScene.OpenPort);

        scenes.Allowing.Drops(PacketScene.FromWorkload, fragments[1], DropReason.FragmentNotFound);
        scenes.Allowing.Passes(PacketScene.FromWorkload, fragments[0]);
        scenes.Allowing.Passes(PacketScene.FromWorkload, fragments[1]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void SecondFirst_WithAnotherPort_TakesTheLaterOnesWithIt(bool ipv6)
    {
        // Same identification: what the receiver would put together is judged by the last first, and that one is
        // dropped.
        var identification = ++s_identification;
        var open = Fragments(ipv6, PacketScene.OpenPort, identification);
        var closed = Fragments(ipv6, 81, identification);

        scenes.Allowing.Passes(PacketScene.FromWorkload, open[0]);
        scenes.Allowing.Drops(PacketScene.FromWorkload, closed[0], DropReason.PolicyDenied);
        scenes.Allowing.Drops(PacketScene.FromWorkload, closed[1], DropReason.PolicyDenied);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Fragment_OfAProxiedFlow_IsDropped(bool ipv6)
    {
        var source = new IPEndPoint(PacketScene.Workload(ipv6), 40001);
        var segment = RawPacket.Tcp(
            source, new IPEndPoint(PacketScene.Other(ipv6), PacketScene.ProxiedPort), TcpFlags.Syn, 1, 0, new byte[20]);
        var first = RawPacket.Fragment(segment, 24, ++s_identification)[0];

        scenes.Allowing.Drops(PacketScene.FromWorkload, PacketScene.Frame(first), DropReason.FragmentNotFound);
    }

    [Fact]
    public void AtomicFragment_OfIPv6_IsAnOrdinaryPacket()
    {
        // RFC 6946: offset 0 and nothing more.
        var source = new IPEndPoint(PacketScene.Workload(true), 40000);
        var open = RawPacket.Udp(source, new IPEndPoint(PacketScene.Other(true), PacketScene.OpenPort), 1);
        var closed = RawPacket.Udp(source, new IPEndPoint(PacketScene.Other(true), 81), 1);
        byte[] header = [0, 0, 0, 0, 0, 0, 9];

        scenes.Allowing.Passes(PacketScene.FromWorkload, PacketScene.Frame(RawPacket.WithExtension(open, 44, header)));
        scenes.Allowing.Drops(
            PacketScene.FromWorkload,
            PacketScene.Frame(RawPacket.WithExtension(closed, 44, header)),
            DropReason.PolicyDenied);
    }

    private static List<byte[]> Fragments(bool ipv6, int port, uint? identification = null)
    {
        var packet = RawPacket.Udp(
            new IPEndPoint(PacketScene.Workload(ipv6), 40000), new IPEndPoint(PacketScene.Other(ipv6), port),
            new byte[100]);
        return [.. RawPacket.Fragment(packet, 48, identification ?? ++s_identification).Select(PacketScene.Frame)];
    }
}
