using System.Net;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Network;

/// <summary>Another machine behind an uplink that the workloads file names.</summary>
[Collection("kernel")]
public sealed class UplinkTests
{
    private const string WorldMayGet = """
        ingress:
          - fromCIDR: [ 10.0.0.0/8, "fd00::/8" ]
            toPorts:
              - ports: [ { port: "80", protocol: TCP } ]
                rules: { http: [ { method: GET, path: "/v1/.*" } ] }
          - fromCIDR: [ 10.0.0.0/8, "fd00::/8" ]
            toPorts: [ { ports: [ { port: "90", protocol: TCP } ] } ]
        """;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task CidrRules_OfL4AndL7_HoldOverTheUplink(bool attached)
    {
        await using var scene = await Scene.StartAsync(Policies.Server(WorldMayGet));
        await scene.SetUplinksAsync(attached ? "uplink" : null);
        foreach (var ipv6 in (bool[])[false, true])
        {
            scene.Serve(ipv6, 80);
            scene.Serve(ipv6, 90);
            var peer = await scene.ConnectAsync("world", scene.Server(ipv6));
            var seen = await peer.AskAsync("GET /v1/x");
            Assert.Equal(200, seen.Status);
            Assert.Contains($"peer={peer.Socket.LocalEndPoint};", seen.Body, StringComparison.Ordinal);
            Assert.Equal(403, (await peer.AskAsync("PUT /v1/x")).Status);
            Assert.Equal(200, (await peer.AskAsync("GET /v1/y")).Status);
            Assert.Equal(200, await scene.GetAsync("world", scene.Server(ipv6, 90), "PUT /"));

            var before = await scene.DropsAsync("PolicyDenied");
            Assert.False(await scene.CanConnectAsync("world", scene.Server(ipv6, 91)));
            Assert.True(await scene.DropsAsync("PolicyDenied") > before);
        }

        Assert.Equal(attached, scene.IsUplinkAttached());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Egress_WithL7RulesToTheWorld_ComesBackOverTheUplink(bool attached)
    {
        await using var scene = await Scene.StartAsync(Policies.Client("""
            egress:
              - toEntities: [ world ]
                toPorts:
                  - ports: [ { port: "80", protocol: TCP } ]
                    rules: { http: [ { method: GET } ] }
            """));
        await scene.SetUplinksAsync(attached ? "uplink" : null);
        foreach (var ipv6 in (bool[])[false, true])
        {
            scene.Serve(ipv6, 80, "world");
            var world = new IPEndPoint(scene.Lab["world"].Address(ipv6), 80);
            Assert.Equal(200, await scene.GetAsync("client", world, "GET /"));
            Assert.Equal(403, await scene.GetAsync("client", world, "PUT /"));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task World_WithASourceOfThisNode_IsDroppedAndCounted(bool attached)
    {
        await using var scene = await Scene.StartAsync(Policies.Server("""
            ingress:
              - fromEndpoints: [ { matchLabels: { org: empire } } ]
              - fromEntities: [ host, world ]
            """));
        await scene.SetUplinksAsync(attached ? "uplink" : null);
        foreach (var ipv6 in (bool[])[false, true])
        {
            using var server = scene.Udp("server", new IPEndPoint(NodeTools.Any(ipv6), 53));
            var wire = scene.Wire("world");
            foreach (var liar in (IPAddress[])
                [scene.Lab["client"].Address(ipv6), ipv6
                    ? scene.Lab["client"].GatewayIPv6 : scene.Lab["client"].GatewayIPv4])
            {
                var before = await scene.DropsAsync("InvalidSource");
                scene.Send(wire, "world", RawPacket.Udp(new IPEndPoint(liar, 5353), scene.Server(ipv6, 53), 1));

                // IPv4's stack itself throws the node's own address away where no program of ours sees it first.
                if (attached || ipv6 || liar.Equals(scene.Lab["client"].IPv4))
                {
                    await Wait.UntilAsync(
                        async () => await scene.DropsAsync("InvalidSource") > before, Wait.Patience,
                        $"the lie of {liar} to be counted");
                }
            }

            scene.Send(wire, "world", RawPacket.Udp(
                new IPEndPoint(scene.Lab["world"].Address(ipv6), 5353), scene.Server(ipv6, 53), 2));
            var buffer = new byte[10];
            using var limit = new CancellationTokenSource(Wait.Patience);
            await server.ReceiveFromAsync(buffer, scene.Server(ipv6), limit.Token);
            Assert.Equal(2, buffer[0]);
        }
    }

    [Fact]
    public async Task Uplink_NotNamed_IsNotTouched_Removed_IsAsItWas()
    {
        await using var scene = await Scene.StartAsync(Policies.Server(WorldMayGet));
        scene.Serve(false);
        scene.Serve(false, 22, "node");
        var before = Describe(scene);
        Assert.DoesNotContain("clsact", before, StringComparison.Ordinal);

        await scene.SetUplinksAsync("uplink");
        Assert.Contains("clsact", Describe(scene), StringComparison.Ordinal);

        // The node's own traffic is nobody's business.
        await scene.ConnectsAsync("world", new IPEndPoint(scene.Lab["world"].GatewayIPv4, 22));

        await scene.SetUplinksAsync(null);
        Assert.Equal(before, Describe(scene));
        Assert.Equal(403, await scene.GetAsync("world", scene.Server(false), "PUT /v1/x"));
    }

    private static string Describe(Scene scene) =>
        scene.Tc("qdisc show dev uplink") + scene.Tc("filter show dev uplink ingress") + scene.Tc(
            "filter show dev uplink egress");
}
