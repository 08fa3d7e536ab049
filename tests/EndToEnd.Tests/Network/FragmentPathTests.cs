using System.Net;
using System.Net.Sockets;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Network;

/// <summary>Datagrams larger than the path, between real stacks.</summary>
[Collection("kernel")]
public sealed class FragmentPathTests
{
    private const int Large = 9000;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task LargeDatagram_FollowsTheVerdictOfItsPort_BothWays(bool ipv6)
    {
        await using var scene = await Scene.StartAsync(Policies.Server("""
            ingress:
              - fromEndpoints: [ { matchLabels: { org: empire } } ]
                toPorts: [ { ports: [ { port: "53", protocol: UDP } ] } ]
            """));
        using var allowed = scene.Udp("server", new IPEndPoint(NodeTools.Any(ipv6), 53));
        using var refused = scene.Udp("server", new IPEndPoint(NodeTools.Any(ipv6), 54));
        using var client = scene.Udp("client", new IPEndPoint(scene.Lab["client"].Address(ipv6), 0));
        using var stranger = scene.Udp("stranger", new IPEndPoint(scene.Lab["stranger"].Address(ipv6), 0));
        var (question, answer) = (new byte[Large], new byte[Large]);
        Random.Shared.NextBytes(question);
        Random.Shared.NextBytes(answer);
        using var limit = new CancellationTokenSource(Wait.Patience);
        var buffer = new byte[Large + 1];

        await stranger.SendToAsync(question, scene.Server(ipv6, 53));
        await client.SendToAsync(question, scene.Server(ipv6, 54));
        await client.SendToAsync(question, scene.Server(ipv6, 53));
        var got = await allowed.ReceiveFromAsync(buffer, SocketFlags.None, scene.Server(ipv6), limit.Token);
        Assert.Equal(client.LocalEndPoint, got.RemoteEndPoint);
        Assert.Equal(question, buffer.AsSpan(0, got.ReceivedBytes));
        await allowed.SendToAsync(answer, got.RemoteEndPoint);
        got = await client.ReceiveFromAsync(buffer, SocketFlags.None, scene.Server(ipv6), limit.Token);
        Assert.Equal(answer, buffer.AsSpan(0, got.ReceivedBytes));

        // Seven fragments of each forbidden datagram: all of them.
        Assert.True(await scene.DropsAsync("PolicyDenied") >= 14);
        Assert.Equal(0, refused.Available);
        Assert.Equal(0, allowed.Available);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task LaterFragment_WithoutItsFirst_IsDroppedAndCounted_InOrderItArrives(bool ipv6)
    {
        await using var scene = await Scene.StartAsync();
        using var server = scene.Udp("server", new IPEndPoint(NodeTools.Any(ipv6), 53));
        var wire = scene.Wire("client");
        var packet = RawPacket.Udp(
            new IPEndPoint(scene.Lab["client"].Address(ipv6), 5353), scene.Server(ipv6, 53), new byte[2000]);

        scene.Send(wire, "client", RawPacket.Fragment(packet, 1200, 1)[1]);
        await Wait.UntilAsync(
            async () => await scene.DropsAsync("FragmentNotFound") == 1, Wait.Patience, "the fragment to be counted");
        foreach (var fragment in RawPacket.Fragment(packet, 1200, 2))
        {
            scene.Send(wire, "client", fragment);
        }

        using var limit = new CancellationTokenSource(Wait.Patience);
        var got = await server.ReceiveFromAsync(new byte[3000], SocketFlags.None, scene.Server(ipv6), limit.Token);
        Assert.Equal(2000, got.ReceivedBytes);
        Assert.Equal(1, await scene.DropsAsync("FragmentNotFound"));
    }
}
