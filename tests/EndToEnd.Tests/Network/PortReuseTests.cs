using System.Net;
using System.Net.Sockets;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Network;

/// <summary>A client that uses its port again while the former connection is still in TIME_WAIT on the node.</summary>
[Collection("kernel")]
public sealed class PortReuseTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ProxiedConnection_SamePortAtOnce_ConnectsAgain(bool ipv6)
    {
        await using var scene = await Scene.StartAsync(Policies.Server(Policies.HttpGetV1));
        scene.Serve(ipv6);
        var local = new IPEndPoint(scene.Lab["client"].Address(ipv6), 45678);
        for (var round = 0; round < 4; round++)
        {
            using var peer = await HttpPeer.ConnectAsync(
                create => scene.Lab.Run("client", () =>
                {
                    var socket = create();
                    socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
                    socket.Bind(local);
                    return socket;
                }),
                scene.Server(ipv6));
            var (status, body) = await peer.AskAsync("GET /v1/x");
            Assert.Equal(200, status);
            Assert.Contains($"peer={(ipv6 ? $"[{local.Address}]" : local.Address)}:", body, StringComparison.Ordinal);
            Assert.Equal(403, (await peer.AskAsync("PUT /v1/x")).Status);

            // Who closes first waits in TIME_WAIT: here the proxy, told so by the client.
            Assert.Equal(200, (await peer.AskAsync("GET /v1/x", "Connection: close\r\n")).Status);
            using var limit = new CancellationTokenSource(Wait.Patience);
            Assert.Equal(0, await peer.Socket.ReceiveAsync(new byte[1].AsMemory(), limit.Token));
            peer.Dispose();
            await Wait.UntilAsync(
                () => IsWaiting(scene, local), Wait.Patience, "the proxy's socket to be in TIME_WAIT");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ProxiedConnection_PortTakenOnTheNode_GetsAnotherAndALaneAllTheSame(bool ipv6)
    {
        await using var scene = Scene.Prepare(Policies.Server(Policies.HttpGetV1));
        scene.MoreAgentOptions = ["--lanes", "policy"];
        await scene.StartAgentAsync();
        scene.Serve(ipv6);
        var local = new IPEndPoint(scene.Lab["client"].Address(ipv6), 45679);
        using var taken = scene.Lab.Node.Run(() =>
        {
            var socket = new Socket(local.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            // IP_TRANSPARENT and IPV6_TRANSPARENT: an address that is not the node's.
            socket.SetRawSocketOption(ipv6 ? 41 : 0, ipv6 ? 75 : 19, [1, 0, 0, 0]);
            socket.Bind(local);
            // SO_REUSEADDR, which .NET sets, does not share a listener's port.
            socket.Listen();
            return socket;
        });

        using var peer = await HttpPeer.ConnectAsync(scene.InNamespace("client", local), scene.Server(ipv6));
        await scene.UntilDecidedAsync(async () =>
        {
            var (status, body) = await peer.AskAsync("GET /v1/x");
            Assert.Equal(200, status);
            Assert.DoesNotContain($"{local}", body, StringComparison.Ordinal);
        });
    }

    /// <summary>A socket of the node whose far end is the client.</summary>
    private static bool IsWaiting(Scene scene, IPEndPoint client) => scene.RunOnNode("ss", "-Htan", "state", "time-wait")
        .Split('\n')
        .Any(l => l.TrimEnd().EndsWith($" {client}", StringComparison.Ordinal));
}
