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
        await scene.AssertAttachedAsync();
        Assert.Equal(2, (await scene.ReportAsync()).Listeners);
        await scene.StartServerAsync("client", scene.Cgroups.Application, 80, 90);
        var client = scene.Scene.Lab["client"];
        scene.Scene.Lab.Ip("world", "addr add 192.0.2.1/32 dev lo");
        scene.Scene.Lab.Ip("node", $"route add 192.0.2.1 via {scene.Scene.Lab["world"].IPv4}");

        foreach (var address in new[] { client.IPv4, client.IPv6 })
        {
            Assert.Equal(
                $"peer {address} 80\nsidecar inbound {address} 80\nserver {address} 80 saw {address}",
                await scene.AskFromAsync("server", null, "tcp", address, 80));
            Assert.StartsWith(
                $"peer {address} 90\nserver {address} 90", await scene.AskFromAsync("server", null, "tcp", address, 90),
                StringComparison.Ordinal);
            Assert.Equal(
                $"peer {address} 80\nserver heard hello", await scene.AskFromAsync("server", null, "udp", address, 80));

            // Its own ports are not for others.
            Assert.Equal(
                "error ECONNREFUSED", await scene.AskFromAsync("server", null, "tcp", address, SidecarScene.Inbound));
            Assert.Equal(
                "error ECONNREFUSED", await scene.AskFromAsync("server", null, "tcp", address, SidecarScene.Outbound));
        }

        Assert.Equal(
            $"peer {client.IPv4} 80\nserver {client.IPv4} 80 saw 192.0.2.1",
            await scene.AskFromAsync("world", null, "bound", client.IPv4, 80, "192.0.2.1"));

        // To itself, by its own address.
        Assert.Equal(
            $"peer {client.IPv4} 80\nserver {client.IPv4} 80 saw {client.IPv4}",
            await scene.AskFromAsync("client", null, "tcp", client.IPv4, 80));

        var counts = (await scene.ReportAsync()).Counts;
        Assert.Equal(2ul, counts["inbound_redirected"]);
        Assert.Equal(3ul, counts["inbound_excluded"]);
        Assert.Equal(4ul, counts["inbound_blocked"]);
        Assert.Equal(2ul, counts["original_answered"]);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    public async Task Inbound_TimeWaitAndSynCookies_DoNotPassTheSidecarBy(string synCookies)
    {
        await using var scene = await SidecarScene.StartAsync();
        scene.Scene.Lab.Run("client", () => File.WriteAllText("/proc/sys/net/ipv4/tcp_syncookies", synCookies));
        await scene.StartServerAsync("client", scene.Cgroups.Application, 80);
        await scene.StartSidecarAsync();

        foreach (var address in new[] { scene.Scene.Lab["client"].IPv4, scene.Scene.Lab["client"].IPv6 })
        {
            var once = $"peer {address} 80\nsidecar inbound {address} 80\nserver {address} 80 saw {address}";
            Assert.Equal($"{once}\n{once}", await scene.AskFromAsync("server", null, "again", address, 80));
        }
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
        await scene.Scene.Agent.WaitForExitAsync(Wait.Patience);
        await AssertRedirectedAsync();

        sidecar.Signal("KILL");
        await sidecar.WaitForExitAsync(Wait.Patience);
        Assert.Equal("error ECONNREFUSED", await scene.AskFromAsync("server", null, "tcp", client, 80));
        Assert.Equal("error ECONNREFUSED", await scene.AskAsync("tcp", server, 80));

        await scene.StartSidecarAsync();
        await AssertRedirectedAsync();

        await scene.Scene.StartAgentAsync();
        await scene.AssertAttachedAsync();
        await AssertRedirectedAsync();
        var counts = (await scene.ReportAsync()).Counts;
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
