using System.Net;
using System.Net.Sockets;
using System.Text;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Lanes;

/// <summary>Hazards 10 and 11: who joins, and who does not.</summary>
public sealed partial class HazardTests
{
    private const string AlsoFromWorld = """
        ingress:
          - fromEntities: [ world ]
            toPorts:
              - ports: [ { port: "8000", endPort: 8099, protocol: TCP } ]
                rules: { http: [ { path: "/v1/.*" } ] }
        """;

    /// <summary>
    /// Another namespace has the same two addresses and the same two ports, of a connection that is open now.
    /// </summary>
    [Fact]
    public async Task Namespaces_SameAddressesAndPortsElsewhere_AreStrangers()
    {
        using var server = new WireServer(scene.Scene, HelloAsync);
        using var client = await WarmAsync(server.Address);
        var local = (IPEndPoint)client.Socket.LocalEndPoint!;
        foreach (var address in (IPAddress[])[local.Address, server.Address.Address])
        {
            scene.Scene.Lab.Ip("world", $"addr add {address}/32 dev lo");
        }

        try
        {
            var maps = new KernelMaps(scene.Scene);
            var pairs = maps.Count("lane_pairs");
            var inWorld = scene.Scene.InNamespace("world");
            using var listener = inWorld(() => Tcp(server.Address));
            listener.Listen(1);
            using var caller = inWorld(() => Tcp(local));
            await caller.ConnectAsync(server.Address).WaitAsync(Wait.Patience);
            using var called = await listener.AcceptAsync().WaitAsync(Wait.Patience);
            Assert.Equal(pairs, maps.Count("lane_pairs"));
            for (var i = 0; i < 5; i++)
            {
                await TellAsync(caller, called, Wire.Request($"/v1/elsewhere/{i}"));
                await TellAsync(called, caller, $"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{i}");
                await UntilDecidedAsync(client);
            }
        }
        finally
        {
            foreach (var address in (IPAddress[])[local.Address, server.Address.Address])
            {
                scene.Scene.Lab.Ip("world", $"addr del {address}/32 dev lo");
            }
        }

        static Socket Tcp(IPEndPoint at)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(at);
            return socket;
        }

        static async Task TellAsync(Socket from, Socket to, string text)
        {
            await from.SendAsync(Encoding.ASCII.GetBytes(text));
            var buffer = new byte[1000];
            var got = new StringBuilder();
            while (got.Length < text.Length)
            {
                got.Append(Encoding.ASCII.GetString(
                    buffer, 0, await to.ReceiveAsync(buffer).WaitAsync(Wait.Patience)));
            }

            Assert.Equal(text, got.ToString());
        }
    }

    /// <summary>Traffic from elsewhere passes the proxy as ever, and pays nothing.</summary>
    [Fact]
    public async Task WhoIsIn_ClientOfAnotherNode_IsNot()
    {
        using var server = new WireServer(scene.Scene, HelloAsync);
        scene.Scene.WritePolicy(
            "p1.yaml", Policies.Server(AlsoFromWorld).Replace("name: server", "name: world", StringComparison.Ordinal));
        try
        {
            var maps = new KernelMaps(scene.Scene);
            await Wait.UntilAsync(
                async () => await scene.Scene.CanConnectAsync("world", server.Address), Wait.Patience,
                "the world to be let in");
            await Wait.UntilAsync(() => maps.Count("lane_pairs") == 0, Wait.Patience, "former connections to go");
            var decided = await scene.DecidedAsync();
            for (var i = 0; i < 5; i++)
            {
                using var world = await scene.Scene.ConnectAsync("world", server.Address);
                Assert.Equal(200, (await world.AskAsync("GET /v1/hello")).Status);
                Assert.Equal(403, (await world.AskAsync("GET /secret")).Status);
                Assert.Equal(0, maps.Count("lane_pairs"));
            }

            Assert.Equal(decided, await scene.DecidedAsync());
        }
        finally
        {
            await scene.Scene.AcknowledgedAsync(
                () => File.Delete(Path.Combine(scene.Scene.PoliciesDirectory, "p1.yaml")));
        }
    }

    /// <summary>MPTCP's subflows must not be joined: it never reads what is put into their queues.</summary>
    [Fact]
    public async Task WhoIsIn_MultipathClient_IsAnsweredAsEver()
    {
        using var server = new WireServer(scene.Scene, HelloAsync);
        using var client = await WarmAsync(server.Address);
        using var multipath = scene.Scene.Lab.Start(
            "client", "/usr/bin/python3", Party.Script("multipath.py"), $"{server.Address.Address}",
            $"{server.Address.Port}", "50");

        Assert.Equal(0, await multipath.WaitForExitAsync(Wait.Patience));

        Assert.Equal("50 right", multipath.Output.Trim());
    }
}
