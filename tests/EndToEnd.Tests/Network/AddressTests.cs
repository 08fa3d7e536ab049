using System.Net;
using System.Net.Sockets;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Network;

/// <summary>Workloads with more than one address.</summary>
[Collection("kernel")]
public sealed class AddressTests
{
    [Fact]
    public async Task SecondAddress_HasTheSamePolicyAsTheFirst()
    {
        await using var scene = await Scene.StartAsync(Policies.Server(Policies.HttpGetV1));
        var second = new Dictionary<(string, bool), IPAddress>();
        foreach (var name in (string[])["client", "server", "stranger"])
        {
            var node = scene.Lab[name];
            foreach (var ipv6 in (bool[])[false, true])
            {
                var bytes = node.Address(ipv6).GetAddressBytes();
                bytes[^1] = 77;
                second[(name, ipv6)] = new IPAddress(bytes);
                scene.Lab.Ip(
                    name, $"addr add {second[(name, ipv6)]}/{(ipv6 ? "64" : "24")} dev eth0{(ipv6 ? " nodad" : "")}");
            }
        }

        // Until the agent has found them the new ones are nobody's and may not be used.
        await Wait.UntilAsync(
            () => scene.Ask("endpoint", "list").Output is { } known
                && second.Values.All(a => known.Contains(a.ToString(), StringComparison.Ordinal)),
            Wait.Patience,
            "the second addresses to be known");
        await scene.ApplyAsync("p0.yaml", Policies.Server(Policies.HttpGetV1) + "\n# the same again");
        foreach (var ipv6 in (bool[])[false, true])
        {
            scene.Serve(ipv6);
            var target = new IPEndPoint(second[("server", ipv6)], 80);
            Assert.Equal((200, 403), await AskAsync("client", ipv6, target));
            Assert.Equal((200, 403), await AskAsync("client", ipv6, scene.Server(ipv6)));
            Assert.False(await scene.CanConnectAsync("stranger", target));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => AskAsync("stranger", ipv6, target));
        }

        async Task<(int Get, int Put)> AskAsync(string from, bool ipv6, IPEndPoint to)
        {
            using var peer =
                await HttpPeer.ConnectAsync(_ => Bound(from, 0, ipv6), to, from == "stranger" ? Scene.Silence : null);
            var (status, body) = await peer.AskAsync("GET /v1/x");
            Assert.Contains($"peer={peer.Socket.LocalEndPoint};", body, StringComparison.Ordinal);
            return (status, (await peer.AskAsync("PUT /v1/x")).Status);
        }

        Socket Bound(string from, int port, bool ipv6) => scene.Lab.Run(from, () =>
        {
            var local = second[(from, ipv6)];
            var socket = new Socket(local.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            socket.Bind(new IPEndPoint(local, port));
            return socket;
        });
    }
}
