using System.Net;
using System.Net.Sockets;
using System.Text;
using Jumpgate.Bpf.Netlink;
using Jumpgate.Testing;

namespace Jumpgate.Bpf.Tests.Netlink.Labs;

/// <summary>The kernel judges the packets: it drops those with a wrong length or checksum.</summary>
public sealed class PacketTests
{

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Udp_Injected_ArrivesAtSocketAndAnswerIsSniffed(bool ipv6)
    {
        using var lab = Lab.Create("a", "b");
        await using var server = EchoServer.StartUdp(lab["b"].Namespace, new IPEndPoint(lab["b"].Address(ipv6), 0));
        using var packets = PacketSocket.Open(lab["a"].Namespace, LabNode.InterfaceName);
        var source = new IPEndPoint(lab["a"].Address(ipv6), 4444);

        packets.SendIP(Gateway(lab), RawPacket.Udp(source, server.EndPoint, Encoding.UTF8.GetBytes("odd")));

        var answer = await packets.ReceiveAsync(p => p.Source.Equals(server.EndPoint), Wait.Patience, "the echo");
        Assert.Equal(source, answer.Destination);
        Assert.Equal("odd", Encoding.UTF8.GetString(answer.Payload.Span));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Fragment_Injected_AreReassembled(bool ipv6)
    {
        using var lab = Lab.Create("a", "b");
        await using var server = EchoServer.StartUdp(lab["b"].Namespace, new IPEndPoint(lab["b"].Address(ipv6), 0));
        using var packets = PacketSocket.Open(lab["a"].Namespace, LabNode.InterfaceName);
        var source = new IPEndPoint(lab["a"].Address(ipv6), 4444);
        var payload = new byte[1001];
        Random.Shared.NextBytes(payload);

        var fragments = RawPacket.Fragment(RawPacket.Udp(source, server.EndPoint, payload), 400);
        Assert.Equal(3, fragments.Count);
        foreach (var fragment in fragments)
        {
            packets.SendIP(Gateway(lab), fragment);
        }

        var answer = await packets.ReceiveAsync(p => p.Source.Equals(server.EndPoint), Wait.Patience, "the echo");
        Assert.Equal(payload, answer.Payload.ToArray());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tcp_SynInjected_IsAnswered(bool ipv6)
    {
        using var lab = Lab.Create("a", "b");
        await using var server = EchoServer.StartTcp(lab["b"].Namespace, new IPEndPoint(lab["b"].Address(ipv6), 0));
        using var packets = PacketSocket.Open(lab["a"].Namespace, LabNode.InterfaceName);
        var source = new IPEndPoint(lab["a"].Address(ipv6), 4444);

        packets.SendIP(Gateway(lab), RawPacket.Tcp(source, server.EndPoint, TcpFlags.Syn));

        var answer = await packets.ReceiveAsync(p => p.Source.Equals(server.EndPoint), Wait.Patience, "SYN and ACK");
        Assert.Equal(TcpFlags.Syn | TcpFlags.Ack, answer.TcpFlags);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Echo_Injected_IsAnswered(bool ipv6)
    {
        using var lab = Lab.Create("a", "b");
        using var packets = PacketSocket.Open(lab["a"].Namespace, LabNode.InterfaceName);

        packets.SendIP(
            Gateway(lab), RawPacket.Echo(lab["a"].Address(ipv6), lab["b"].Address(ipv6), 7, 1, false, 1, 2, 3));

        var answer = await packets.ReceiveAsync(
            p => p.IcmpType == (ipv6 ? 129 : 0), Wait.Patience, "an echo reply");
        Assert.Equal(lab["b"].Address(ipv6), answer.Source.Address);
        Assert.Equal([1, 2, 3], answer.Payload.ToArray());
    }

    [Fact]
    public async Task AssertAbsent_ForbiddenArrives_Fails()
    {
        using var lab = Lab.Create("a", "b");
        using var sender = PacketSocket.Open(lab["a"].Namespace, LabNode.InterfaceName);
        using var receiver = PacketSocket.Open(lab["b"].Namespace, LabNode.InterfaceName);
        var from = new IPEndPoint(lab["a"].IPv4, 1);
        foreach (var port in (int[])[2, 3, 2])
        {
            sender.SendIP(Gateway(lab), RawPacket.Udp(from, new IPEndPoint(lab["b"].IPv4, port)));
        }

        await receiver.AssertAbsentAsync(
            p => p.Destination.Port == 9, p => p.Destination.Port == 2, Wait.Patience, "port 9");
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => receiver.AssertAbsentAsync(
            p => p.Destination.Port == 3, p => p.Destination.Port == 2, Wait.Patience, "port 3"));
        Assert.Contains("port 3", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Receive_NothingComes_SaysWhatCame()
    {
        using var lab = Lab.Create("a");
        using var packets = PacketSocket.Open(lab["a"].Namespace, LabNode.InterfaceName);

        var failure = await Assert.ThrowsAsync<TimeoutException>(
            () => packets.ReceiveAsync(_ => false, TimeSpan.FromMilliseconds(50), "a miracle"));

        Assert.Contains("for a miracle; saw", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_EveryPrefixOfAFrame_NeverThrows()
    {
        var mac = System.Net.NetworkInformation.PhysicalAddress.Parse("02-00-00-00-00-01");
        foreach (var address in (string[])["192.0.2.1", "2001:db8::1"])
        {
            var end = new IPEndPoint(IPAddress.Parse(address), 1);
            var frame = RawPacket.Ethernet(mac, mac, RawPacket.Tcp(end, end, TcpFlags.Ack, 1, 2, 1, 2, 3));
            for (var length = 0; length < frame.Length; length++)
            {
                Assert.Null(ParsedPacket.Parse(frame.AsMemory(0, length)));
            }

            Assert.Equal([1, 2, 3], ParsedPacket.Parse(frame)!.Payload.ToArray());
        }
    }

    private static System.Net.NetworkInformation.PhysicalAddress Gateway(Lab lab)
    {
        using var socket = RouteSocket.Open(lab.Node);
        return socket.FindLink(lab["a"].HostIndex)!.HardwareAddress;
    }
}
