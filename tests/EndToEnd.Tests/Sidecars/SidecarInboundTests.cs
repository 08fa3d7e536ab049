using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Sidecars;

/// <summary>What comes from outside: to the sidecar, and from it to the application.</summary>
[Collection("kernel")]
public sealed class SidecarInboundTests
{
    [Fact]
    public async Task Inbound_EveryFamily_ReachesTheSidecarFirst()
    {
        // The sidecar is there before the agent: its listeners have to be found.
        await using var scene = SidecarScene.Prepare(
            "outboundPort: 15001, inboundPort: 15006, excludeInboundPorts: [90], excludeInboundCIDRs: [192.0.2.0/24]");
        await scene.StartSidecarAsync();
        await scene.Scene.StartAgentAsync();
        scene.AssertAttached();
        Assert.Equal(2, scene.Report().Listeners);
        await scene.StartServerAsync("client", scene.Cgroups.Application, 80, 90);
        var client = scene.Scene.Lab["client"];
        var server = scene.Scene.Lab["server"];
        scene.Scene.Lab.Ip("server", "addr add 192.0.2.1/32 dev lo");
        scene.Scene.Lab.Ip("node", $"route add 192.0.2.1 via {server.IPv4}");

        foreach (var address in new[] { client.IPv4, client.IPv6 })
        {
            Assert.Equal(
                $"peer {address} 80\nsidecar inbound {address} 80\nserver {address} 80 saw {address}",
                await scene.AskFromAsync("server", null, "tcp", address, 80));
            Assert.StartsWith(
                $"peer {address} 90\nserver {address} 90", await scene.AskFromAsync("server", null, "tcp", address, 90),
                StringComparison.Ordinal);
            Assert.Equal($"peer {address} 80\nserver heard hello", await scene.AskFromAsync("server", null, "udp", address, 80));

            // Its own ports are not for others.
            Assert.Equal("error ECONNREFUSED", await scene.AskFromAsync("server", null, "tcp", address, SidecarScene.Inbound));
            Assert.Equal("error ECONNREFUSED", await scene.AskFromAsync("server", null, "tcp", address, SidecarScene.Outbound));
        }

        var counts = scene.Report().Counts;
        Assert.Equal(2ul, counts["inbound_redirected"]);
        Assert.Equal(2ul, counts["inbound_excluded"]);
        Assert.Equal(4ul, counts["inbound_blocked"]);
        Assert.Equal(2ul, counts["original_answered"]);
    }

    [Fact]
    public async Task Inbound_AgentKilledAndSidecarRestarted_GoesOn()
    {
        await using var scene = await SidecarScene.StartAsync();
        await scene.StartServerAsync("client", scene.Cgroups.Application, 80);
        await scene.StartServerAsync("server", null, 80);
        var sidecar = await scene.StartSidecarAsync();
        var (client, server) = (scene.Scene.Lab["client"].IPv4, scene.Scene.Lab["server"].IPv6);
        await AssertRedirectedAsync();

        scene.Scene.Agent.Signal("KILL");
        await scene.Scene.Agent.WaitForExitAsync(Scene.Patience);
        await AssertRedirectedAsync();

        sidecar.Signal("KILL");
        await sidecar.WaitForExitAsync(Scene.Patience);
        Assert.Equal("error ECONNREFUSED", await scene.AskFromAsync("server", null, "tcp", client, 80));
        Assert.Equal("error ECONNREFUSED", await scene.AskAsync("tcp", server, 80));

        await scene.StartSidecarAsync();
        await AssertRedirectedAsync();

        await scene.Scene.StartAgentAsync();
        scene.AssertAttached();
        await AssertRedirectedAsync();
        var counts = scene.Report().Counts;
        Assert.Equal(5ul, counts["outbound_redirected"]);
        Assert.Equal(1ul, counts["outbound_failed"]);
        Assert.Equal(4ul, counts["inbound_redirected"]);
        Assert.Equal(1ul, counts["inbound_failed"]);

        async Task AssertRedirectedAsync()
        {
            Assert.Contains(
                $"sidecar inbound {client} 80\nserver {client} 80",
                await scene.AskFromAsync("server", null, "tcp", client, 80), StringComparison.Ordinal);
            Assert.Contains(
                $"sidecar outbound {server} 80\nserver {server} 80", await scene.AskAsync("tcp", server, 80),
                StringComparison.Ordinal);
        }
    }
}
