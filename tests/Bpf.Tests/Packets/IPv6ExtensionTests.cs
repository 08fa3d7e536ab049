using System.Net;
using Jumpgate.Testing;

namespace Jumpgate.Bpf.Tests.Packets;

/// <summary>IPv6 extension headers (RFC 8200 section 4): walked to the ports, or the packet is dropped.</summary>
public sealed class IPv6ExtensionTests(PacketScenes scenes) : IClassFixture<PacketScenes>
{
    private const byte HopByHop = 0;
    private const byte Routing = 43;
    private const byte Authentication = 51;
    private const byte NoNextHeader = 59;
    private const byte DestinationOptions = 60;
    private const int Deepest = 6;

    /// <summary>Length 0 (8 bytes) and padding; as routing header: type 1, nothing left.</summary>
    private static readonly byte[] Short = [0, 1, 4, 0, 0, 0, 0];

    [Theory]
    [InlineData(HopByHop)]
    [InlineData(Routing)]
    [InlineData(DestinationOptions)]
    public void One_OfAnyLength_PortsAreFoundBehindIt(byte type)
    {
        foreach (var extra in (byte[])[0, 1, 2, 20])
        {
            byte[] rest = [extra, .. new byte[6 + (8 * extra)]];
            Judged(packet => RawPacket.WithExtension(packet, type, rest));
        }
    }

    [Fact]
    public void Authentication_LengthInWords_PortsAreFoundBehindIt() =>
        Judged(packet => RawPacket.WithExtension(packet, Authentication, [4, .. new byte[22]]));

    [Fact]
    public void Chain_UpToTheLimit_IsWalked()
    {
        for (var depth = 1; depth <= Deepest; depth++)
        {
            Judged(packet => Chain(packet, depth));
        }
    }

    [Fact]
    public void Chain_BeyondTheLimit_IsInvalid()
    {
        foreach (var depth in (int[])[Deepest + 1, 20])
        {
            var frame = PacketScene.Frame(Chain(Packet(PacketScene.OpenPort), depth));
            scenes.Allowing.Drops(PacketScene.FromWorkload, frame, DropReason.InvalidPacket);
            scenes.Denying.Drops(PacketScene.FromWorkload, frame, DropReason.InvalidPacket);
        }
    }

    [Fact]
    public void Extension_CutOrBeyondTheEnd_IsInvalid()
    {
        var whole = PacketScene.Frame(Chain(Packet(PacketScene.OpenPort), 3));
        for (var length = TestRun.ShortestFrame(ipv6: true); length < whole.Length; length++)
        {
            var (action, reason, _) = scenes.Allowing.Run(PacketScene.FromWorkload, whole[..length]);
            Assert.True(
                action == TcAction.Unspec ? length >= 14 + 40 + 24 + 4 : reason == DropReason.InvalidPacket,
                $"{length} of {whole.Length}: {action} {reason}");
        }

        var liar = RawPacket.WithExtension(Packet(PacketScene.OpenPort), HopByHop, [255, .. new byte[6]]);
        scenes.Allowing.Drops(PacketScene.FromWorkload, PacketScene.Frame(liar), DropReason.InvalidPacket);
    }

    [Theory]
    [InlineData(NoNextHeader)]
    [InlineData(50)] // ESP: what is inside cannot be seen
    [InlineData(135)] // mobility
    [InlineData(139)] // HIP
    [InlineData(253)] // experiment
    public void UnknownHeader_IsJudgedWithoutPorts(byte type)
    {
        // As a protocol of its own: only rules without ports apply, whatever comes behind.
        var packet = RawPacket.WithExtension(Packet(81), type, Short);

        scenes.Allowing.Passes(PacketScene.FromWorkload, PacketScene.Frame(packet));
        scenes.Denying.Drops(PacketScene.FromWorkload, PacketScene.Frame(packet), DropReason.PolicyDenied);
    }

    private static byte[] Chain(byte[] packet, int depth)
    {
        for (var i = 0; i < depth; i++)
        {
            packet = RawPacket.WithExtension(packet, i == depth - 1 ? HopByHop : DestinationOptions, Short);
        }

        return packet;
    }

    private static byte[] Packet(int port) => RawPacket.Udp(
        new IPEndPoint(PacketScene.Workload(true), 40000), new IPEndPoint(PacketScene.Other(true), port), 1, 2, 3, 4);

    private void Judged(Func<byte[], byte[]> wrap)
    {
        scenes.Allowing.Passes(PacketScene.FromWorkload, PacketScene.Frame(wrap(Packet(PacketScene.OpenPort))));
        scenes.Allowing.Drops(PacketScene.FromWorkload, PacketScene.Frame(wrap(Packet(81))), DropReason.PolicyDenied);
    }
}
