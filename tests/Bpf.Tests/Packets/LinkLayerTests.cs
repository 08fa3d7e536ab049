using System.Net;
using Jumpgate.Testing;

namespace Jumpgate.Bpf.Tests.Packets;

/// <summary>What is not IP, and what only looks like link-local control.</summary>
public sealed class LinkLayerTests(PacketScenes scenes) : IClassFixture<PacketScenes>
{
    private const byte Solicitation = 135;
    private const byte Advertisement = 136;
    private static readonly IPAddress LinkLocal = IPAddress.Parse("fe80::2");
    private static readonly IPAddress AllRouters = IPAddress.Parse("ff02::2");

    [Fact]
    public void Arp_AlwaysPasses()
    {
        foreach (var program in (string[])[PacketScene.FromWorkload, PacketScene.ToWorkload, PacketScene.FromUplink])
        {
            scenes.Denying.Passes(program, PacketScene.Frame(0x0806, new byte[28]));
        }
    }

    [Theory]
    [InlineData((ushort)0x86dd + 1)]
    [InlineData((ushort)0x8847)] // MPLS
    [InlineData((ushort)0x88cc)] // LLDP
    [InlineData((ushort)0x8863)] // PPPoE
    [InlineData((ushort)0x0026)] // IEEE 802.3 length
    public void OtherEtherType_ToOrFromWorkload_IsDropped(ushort etherType)
    {
        var frame = PacketScene.Frame(etherType, new byte[60]);

        scenes.Allowing.Drops(PacketScene.FromWorkload, frame, DropReason.UnsupportedProtocol);
        scenes.Allowing.Drops(PacketScene.ToWorkload, frame, DropReason.UnsupportedProtocol, fromHost: true);
        scenes.Allowing.Passes(PacketScene.FromUplink, frame);
    }

    [Theory]
    [InlineData((ushort)0x8100)]
    [InlineData((ushort)0x88a8)]
    public void VlanTag_HidesNothing(ushort tag)
    {
        var source = new IPEndPoint(PacketScene.Workload(false), 40000);
        var inner = RawPacket.Tcp(source, new IPEndPoint(PacketScene.Other(false), PacketScene.OpenPort), TcpFlags.Syn);

        scenes.Allowing.Drops(
            PacketScene.FromWorkload, PacketScene.Frame(tag, [0, 5, 0x08, 0x00, .. inner]),
            DropReason.UnsupportedProtocol);
    }

    [Fact]
    public void NeighbourDiscovery_OnTheLink_PassesWhereEverythingIsDenied()
    {
        var workload = PacketScene.Workload(true);
        var host = PacketScene.Host(true);
        foreach (var packet in (byte[][])
            [
                Nd(workload, host, Solicitation), Nd(workload, host, Advertisement), Nd(LinkLocal, host, Solicitation),
                Nd(workload, AllRouters, 133), Nd(IPAddress.IPv6Any, AllRouters, Solicitation),
                Mld(LinkLocal, AllRouters), Nd(workload, LinkLocal, Advertisement),
            ])
        {
            scenes.Denying.Passes(PacketScene.FromWorkload, PacketScene.Frame(packet));
        }

        scenes.Denying.Passes(
            PacketScene.ToWorkload, PacketScene.Frame(Nd(host, workload, Solicitation)), fromHost: true);
        scenes.Denying.Passes(
            PacketScene.ToWorkload, PacketScene.Frame(Nd(host, workload, Advertisement)), fromHost: true);
        scenes.Denying.Passes(PacketScene.FromUplink, PacketScene.Frame(Nd(LinkLocal, AllRouters, Solicitation)));
    }

    [Theory]
    [InlineData(Solicitation)]
    [InlineData(Advertisement)]
    [InlineData((byte)133)]
    [InlineData((byte)134)]
    [InlineData((byte)137)]
    [InlineData((byte)130)]
    [InlineData((byte)143)]
    public void NeighbourDiscovery_ToSomebodyElse_IsTrafficLikeAnyOther(byte type)
    {
        // Else its payload would be a way around every policy.
        foreach (var target in (IPAddress[])[PacketScene.Other(true), PacketScene.World(true)])
        {
            scenes.Denying.Drops(
                PacketScene.FromWorkload,
                PacketScene.Frame(Nd(PacketScene.Workload(true), target, type)),
                DropReason.PolicyDenied);
        }

        var routed = Nd(PacketScene.World(true), PacketScene.Workload(true), type);
        routed[7]--;
        scenes.Denying.Drops(PacketScene.ToWorkload, PacketScene.Frame(routed), DropReason.PolicyDenied);
    }

    [Fact]
    public void NeighbourDiscovery_FromABorrowedAddress_IsDropped() => scenes.Denying.Drops(
        PacketScene.FromWorkload,
        PacketScene.Frame(Nd(PacketScene.Other(true), PacketScene.Host(true), Advertisement)),
        DropReason.InvalidSource);

    private static byte[] Nd(IPAddress source, IPAddress destination, byte type)
    {
        var packet = RawPacket.IcmpMessage(source, destination, type, 0, new byte[24]);
        packet[7] = 255;
        return packet;
    }

    private static byte[] Mld(IPAddress source, IPAddress destination)
    {
        var packet = RawPacket.IcmpMessage(source, destination, 143, 0, new byte[24]);
        packet[7] = 1;
        return RawPacket.WithExtension(packet, 0, [0, 5, 2, 0, 0, 1, 0]);
    }
}
