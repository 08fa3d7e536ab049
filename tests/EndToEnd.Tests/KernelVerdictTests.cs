using System.Net;
using System.Net.Sockets;
using System.Text;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests;

/// <summary>L3/L4 verdicts on real packets, both families.</summary>
[Collection("kernel")]
public sealed class KernelVerdictTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task NoPolicy_Everybody_Connects(bool ipv6)
    {
        await using var scene = await Scene.StartAsync();
        scene.Serve(ipv6);

        Assert.Equal(200, await scene.GetAsync("client", scene.Server(ipv6), "GET /"));
        Assert.Equal(200, await scene.GetAsync("stranger", scene.Server(ipv6), "GET /"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task IngressPolicy_StrangersSyn_IsDroppedBeforeAnyState(bool ipv6)
    {
        await using var scene = await Scene.StartAsync(Policies.Server(Policies.FromEmpireTcp80));
        var server = scene.Serve(ipv6);
        scene.Serve(ipv6, 81);

        Assert.Equal(200, await scene.GetAsync("client", scene.Server(ipv6), "GET /"));
        Assert.False(await scene.CanConnectAsync("stranger", scene.Server(ipv6)));
        Assert.False(await scene.CanConnectAsync("client", scene.Server(ipv6, 81)));

        Assert.Equal(1, server.Accepted);
        Assert.True(await scene.DropsAsync("PolicyDenied") >= 2);
        var (_, events) = scene.Ask("monitor", "--last", "50", "--workload", "stranger");
        Assert.Contains("stranger (org=alliance) -> server:80 (class=server,org=empire) tcp SYN DROPPED POLICY_DENIED",
            events, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DenyRule_BeatsAllow()
    {
        await using var scene = await Scene.StartAsync(Policies.Server("""
            ingress:
              - fromEntities: [all]
            ingressDeny:
              - fromEndpoints: [ { matchLabels: { org: alliance } } ]
            """));
        foreach (var ipv6 in (bool[])[false, true])
        {
            scene.Serve(ipv6);
            var before = await scene.DropsAsync("PolicyDeny");
            await scene.ConnectsAsync("client", scene.Server(ipv6));
            Assert.False(await scene.CanConnectAsync("stranger", scene.Server(ipv6)));
            Assert.True(await scene.DropsAsync("PolicyDeny") > before);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task EgressPolicy_OfTheSender_DropsWhatItDoesNotAllow(bool ipv6)
    {
        await using var scene = await Scene.StartAsync(Policies.Client("""
            egress:
              - toEndpoints: [ { matchLabels: { class: server } } ]
                toPorts: [ { ports: [ { port: "8000", endPort: 8010, protocol: TCP } ] } ]
            """));
        scene.Serve(ipv6, 8005);
        scene.Serve(ipv6, 8011);

        await scene.ConnectsAsync("client", scene.Server(ipv6, 8005));
        Assert.False(await scene.CanConnectAsync("client", scene.Server(ipv6, 8011)));
        await scene.ConnectsAsync("stranger", scene.Server(ipv6, 8011));
    }

    [Fact]
    public async Task EgressDeny_BeatsAllow_AndTheReceiversWord()
    {
        await using var scene = await Scene.StartAsync(
            Policies.Server("ingress: [ { fromEntities: [all] } ]"),
            Policies.Client("""
                egress:
                  - toEntities: [all]
                egressDeny:
                  - toEndpoints: [ { matchLabels: { class: server } } ]
                    toPorts: [ { ports: [ { port: "81", endPort: 89, protocol: TCP } ] } ]
                """));
        foreach (var ipv6 in (bool[])[false, true])
        {
            scene.Serve(ipv6, 80);
            scene.Serve(ipv6, 85);
            await scene.ConnectsAsync("client", scene.Server(ipv6, 80));
            Assert.False(await scene.CanConnectAsync("client", scene.Server(ipv6, 85)));
            await scene.ConnectsAsync("stranger", scene.Server(ipv6, 85));
        }
    }

    [Fact]
    public async Task Replies_OfAllowedFlows_Pass_ButNotNewFlowsTheOtherWay()
    {
        await using var scene = await Scene.StartAsync(
            Policies.Server(Policies.FromEmpireTcp80),
            Policies.Client("""
                ingress: [ {} ]
                """));
        foreach (var ipv6 in (bool[])[false, true])
        {
            scene.Serve(ipv6);
            scene.Serve(ipv6, 90, "client");

            Assert.Equal(200, await scene.GetAsync("client", scene.Server(ipv6), "GET /"));
            Assert.False(await scene.CanConnectAsync("server", new IPEndPoint(scene.Lab["client"].Address(ipv6), 90)));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Udp_AllowedPortAndItsReplyPass_OthersAreDropped(bool ipv6)
    {
        await using var scene = await Scene.StartAsync(Policies.Server("""
            ingress:
              - fromEndpoints: [ { matchLabels: { org: empire } } ]
                toPorts: [ { ports: [ { port: "53", protocol: UDP } ] } ]
            """));
        using var allowed = Udp(scene, "server", new IPEndPoint(ipv6 ? IPAddress.IPv6Any : IPAddress.Any, 53));
        using var refused = Udp(scene, "server", new IPEndPoint(ipv6 ? IPAddress.IPv6Any : IPAddress.Any, 54));
        using var client = Udp(scene, "client", new IPEndPoint(scene.Lab["client"].Address(ipv6), 0));

        await client.SendToAsync(Encoding.ASCII.GetBytes("ping"), scene.Server(ipv6, 54));
        await client.SendToAsync(Encoding.ASCII.GetBytes("ping"), scene.Server(ipv6, 53));
        var buffer = new byte[100];
        using var limit = new CancellationTokenSource(Wait.Patience);
        var got = await allowed.ReceiveFromAsync(buffer, SocketFlags.None, scene.Server(ipv6), limit.Token);
        await allowed.SendToAsync(Encoding.ASCII.GetBytes("pong"), got.RemoteEndPoint);
        var reply = await client.ReceiveFromAsync(buffer, SocketFlags.None, scene.Server(ipv6), limit.Token);

        Assert.Equal("pong", Encoding.ASCII.GetString(buffer, 0, reply.ReceivedBytes));
        Assert.Equal(0, refused.Available);
    }

    [Fact]
    public async Task Icmp_FollowsL3()
    {
        await using var scene = await Scene.StartAsync(Policies.Server("""
            ingress:
              - fromEndpoints: [ { matchLabels: { org: empire } } ]
              - fromEndpoints: [ { matchLabels: { org: alliance } } ]
                toPorts: [ { ports: [ { port: "80", protocol: TCP } ] } ]
            """));

        foreach (var ipv6 in (bool[])[false, true])
        {
            var target = scene.Lab["server"].Address(ipv6).ToString();
            Assert.Equal(0, await PingAsync(scene, "client", target));
            Assert.NotEqual(0, await PingAsync(scene, "stranger", target));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SpoofedSource_IsDroppedAndCounted(bool ipv6)
    {
        // The address is somebody else's: what the agent would find on the workload's own interface becomes its own.
        await using var scene = await Scene.StartAsync();
        using var server = Udp(scene, "server", new IPEndPoint(ipv6 ? IPAddress.IPv6Any : IPAddress.Any, 53));
        var foreign = scene.Lab["client"].Address(ipv6);
        scene.Lab.Ip("stranger", $"addr add {foreign}/{(ipv6 ? "128" : "32")} dev lo");
        using var liar = Udp(scene, "stranger", new IPEndPoint(foreign, 0));

        await liar.SendToAsync(Encoding.ASCII.GetBytes("lie"), scene.Server(ipv6, 53));
        await Wait.UntilAsync(
            async () => await scene.DropsAsync("InvalidSource") >= 1, Wait.Patience, "the drop to be counted");

        Assert.Equal(0, server.Available);
    }

    [Fact]
    public async Task CidrRule_WithExcept_JudgesTheWorldAndNotWorkloads()
    {
        await using var scene = await Scene.StartAsync();
        scene.Serve(false);
        scene.Serve(true);
        await scene.ApplyAsync("p.yaml", Policies.Server("""
            ingress:
              - fromCIDRSet: [ { cidr: 10.0.0.0/8 }, { cidr: "fd00::/8" } ]
            """));
        foreach (var ipv6 in (bool[])[false, true])
        {
            await scene.ConnectsAsync("world", scene.Server(ipv6));
            Assert.False(await scene.CanConnectAsync("client", scene.Server(ipv6)));
        }

        await scene.ApplyAsync("p.yaml", Policies.Server($$"""
            ingress:
              - fromCIDRSet:
                  - { cidr: 10.0.0.0/8, except: [ {{scene.Lab["world"].IPv4}}/32 ] }
                  - { cidr: "fd00::/8", except: [ "{{scene.Lab["world"].IPv6}}/128" ] }
            """));
        Assert.False(await scene.CanConnectAsync("world", scene.Server(false)));
        Assert.False(await scene.CanConnectAsync("world", scene.Server(true)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task HostEntity_IsJudgedAtL4AndL7(bool ipv6)
    {
        await using var scene = await Scene.StartAsync(Policies.Server(Policies.FromEmpireTcp80));
        scene.Serve(ipv6);
        Assert.False(await scene.CanConnectAsync("node", scene.Server(ipv6)));

        await scene.ApplyAsync("p0.yaml", Policies.Server("""
            ingress:
              - fromEntities: [host]
                toPorts:
                  - ports: [ { port: "80", protocol: TCP } ]
                    rules: { http: [ { method: GET } ] }
            """));
        Assert.Equal(200, await scene.GetAsync("node", scene.Server(ipv6), "GET /"));
        Assert.Equal(403, await scene.GetAsync("node", scene.Server(ipv6), "DELETE /"));
    }

    [Fact]
    public async Task EstablishedFlow_ThatANewPolicyForbids_IsReset()
    {
        await using var scene = await Scene.StartAsync();
        scene.Serve(false);
        var peer = await scene.ConnectAsync("stranger", scene.Server(false));
        Assert.Equal(200, (await peer.AskAsync("GET /")).Status);

        await scene.ApplyAsync("p.yaml", Policies.Server(Policies.FromEmpireTcp80));

        await Assert.ThrowsAnyAsync<Exception>(() => peer.AskAsync("GET /"));
    }

    [Fact]
    public async Task FlowTable_Overflowing_KeepsForwardingAndDenying()
    {
        await using var scene = await Scene.StartAsync(1024, Policies.Server(Policies.FromEmpireTcp80));
        scene.Serve(false);
        using var flood = Udp(scene, "stranger", new IPEndPoint(scene.Lab["stranger"].IPv4, 0));
        var client = new IPEndPoint(scene.Lab["client"].IPv4, 0);
        for (var port = 1; port < 5000; port++)
        {
            client.Port = port;
            await flood.SendToAsync("x"u8.ToArray(), client);
        }

        Assert.Equal(200, await scene.GetAsync("client", scene.Server(false), "GET /"));
        Assert.False(await scene.CanConnectAsync("stranger", scene.Server(false)));
    }

    private static Socket Udp(Scene scene, string workload, IPEndPoint local) => scene.Lab.Run(workload, () =>
    {
        var socket = new Socket(local.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(local);
        return socket;
    });

    private static async Task<int> PingAsync(Scene scene, string from, string target)
    {
        using var process = scene.Lab.Start(from, "ping", "-c", "1", "-W", "1", target);
        return await process.WaitForExitAsync(Wait.Patience);
    }
}
