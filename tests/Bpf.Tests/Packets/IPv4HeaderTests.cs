using System.Net;
using Jumpgate.Testing;

namespace Jumpgate.Bpf.Tests.Packets;

/// <summary>IPv4 headers that are unusual or wrong.</summary>
public sealed class IPv4HeaderTests(PacketScenes scenes) : IClassFixture<PacketScenes>
{
    private static readonly IPEndPoint Source = new(PacketScene.Workload(false), 40000);
    private static readonly IPEndPoint Open = new(PacketScene.Other(false), PacketScene.OpenPort);
    private static readonly IPEndPoint Closed = new(PacketScene.Other(false), 81);

    [Fact]
    public void Options_OfEveryLength_PortsAreFoundBehindThem()
    {
        for (var length = 0; length <= 40; length += 4)
        {
            var options = new byte[length];
            Array.Fill(options, (byte)1);
            scenes.Allowing.Passes(PacketScene.FromWorkload, Frame(Open, options));
            scenes.Allowing.Drops(PacketScene.FromWorkload, Frame(Closed, options), DropReason.PolicyDenied);
        }

        static byte[] Frame(IPEndPoint to, byte[] options) =>
            PacketScene.Frame(RawPacket.WithOptions(RawPacket.Tcp(Source, to, TcpFlags.Syn), options));
    }

    [Theory]
    [InlineData(0x40)] // no header at all
    [InlineData(0x44)] // 16 bytes
    [InlineData(0x55)] // version 5
    [InlineData(0x65)] // IPv6 under IPv4's EtherType
    [InlineData(0x05)]
    [InlineData(0x4f)] // options beyond the end
    public void VersionOrLength_Wrong_IsInvalid(byte first)
    {
        var packet = RawPacket.Tcp(Source, Open, TcpFlags.Syn);
        packet[0] = first;

        scenes.Allowing.Drops(PacketScene.FromWorkload, PacketScene.Frame(0x0800, packet), DropReason.InvalidPacket);
    }

    [Fact]
    public void PortsInsideOptions_AreNotTakenForTheSegments()
    {
        // A reader that ignored the header length would see the open port in the options.
        byte[] bait = [0x9c, 0x40, 0, (byte)PacketScene.OpenPort, 0, 0, 0, 1];
        var packet = RawPacket.WithOptions(RawPacket.Tcp(Source, Closed, TcpFlags.Syn), bait);

        scenes.Allowing.Drops(PacketScene.FromWorkload, PacketScene.Frame(packet), DropReason.PolicyDenied);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(15)]
    public void TcpDataOffset_Wrong_IsJudgedByItsPorts(byte offset)
    {
        foreach (var (to, passes) in ((IPEndPoint, bool)[])[(Open, true), (Closed, false)])
        {
            var packet = RawPacket.Tcp(Source, to, TcpFlags.Ack);
            packet[32] = (byte)(offset << 4);
            Assert.Equal(
                passes ? TcAction.Unspec : TcAction.Shot,
                scenes.Allowing.Run(PacketScene.FromWorkload, PacketScene.Frame(packet)).Action);
        }
    }

    [Fact]
    public void FirstFragment_WithoutWholePorts_IsInvalid()
    {
        foreach (var fragment in (byte[][])
            [RawPacket.Fragment(RawPacket.Tcp(Source, Open, TcpFlags.Syn), 8)[0],
                Cut(RawPacket.Udp(Source, Open, 1, 2), 2)])
        {
            scenes.Allowing.Drops(PacketScene.FromWorkload, PacketScene.Frame(fragment), DropReason.InvalidPacket);
        }

        static byte[] Cut(byte[] packet, int kept)
        {
            var first = RawPacket.Fragment(packet, 8)[0];
            return first[..(20 + kept)];
        }
    }
}
