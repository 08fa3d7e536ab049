using System.Net;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Sidecars;

/// <summary>What the application opens: to the sidecar, which knows where it was to go, or straight.</summary>
[Collection("kernel")]
public sealed class SidecarOutboundTests
{
    [Fact]
    public async Task Connect_EveryWay_SidecarKnowsTheDestination()
    {
        await using var scene = await SidecarScene.StartAsync();
        await scene.StartServerAsync("server", null, 80, 90);
        await scene.StartSidecarAsync();
        var (ipv4, ipv6) = (scene.Scene.Lab["server"].IPv4, scene.Scene.Lab["server"].IPv6);
        var own = scene.Scene.Lab["client"].IPv4;

        foreach (var (kind,
            address) in new[] { ("tcp", ipv4), ("nonblocking", ipv4), ("tcp", ipv6), ("nonblocking", ipv6) })
        {
            Assert.Equal(
                $"peer {address} 80\nsidecar outbound {address} 80\nserver {address} 80 saw {scene.Scene.Lab["client"].Address(address == ipv6)}",
                await scene.AskAsync(kind, address, 80));
        }

        Assert.Equal(
            $"peer {ipv4} 90\nsidecar outbound {ipv4} 90\nserver {ipv4} 90 saw {own}",
            await scene.AskAsync("bound", ipv4, 90, own.ToString()));
        var mapped = await scene.AskAsync("tcp", ipv4.MapToIPv6(), 80);
        Assert.Equal(
            $"peer {ipv4.MapToIPv6()} 80\nsidecar outbound {ipv4} 80\nserver {ipv4} 80 saw {own}", mapped);
        Assert.StartsWith(
            $"peer {ipv4} 80\nsidecar outbound {ipv4} 80", await scene.AskAsync("fast", ipv4, 80),
            StringComparison.Ordinal);
        Assert.Contains(
            $"sidecar outbound {ipv4} 80", await scene.AskAsync("mptcp", ipv4, 80), StringComparison.Ordinal);

        var counts = (await scene.ReportAsync()).Counts;
        Assert.Equal(8ul, counts["outbound_redirected"]);
        Assert.Equal(8ul, counts["original_answered"]);
        Assert.Equal(8ul, counts["outbound_own"]);
        Assert.Equal(0ul, counts["outbound_failed"]);
    }

    [Fact]
    public async Task Connect_Excluded_GoesStraight()
    {
        await using var scene = await SidecarScene.StartAsync(
            "outboundPort: 15001, excludeOutboundPorts: [90], excludeOutboundCIDRs: [\"2001:db8::/32\", 192.0.2.0/24]");
        var world = scene.Scene.Lab["world"];
        scene.Scene.Lab.Ip("world", "addr add 192.0.2.1/32 dev lo");
        scene.Scene.Lab.Ip("world", "addr add 2001:db8::1/128 dev lo");
        scene.Scene.Lab.Ip("node", $"route add 192.0.2.1 via {world.IPv4}");
        scene.Scene.Lab.Ip("node", $"route add 2001:db8::1 via {world.IPv6}");
        await scene.StartServerAsync("world", null, 80);
        await scene.StartServerAsync("server", null, 80, 90);
        await scene.StartServerAsync("client", scene.Cgroups.Application, 70);
        await scene.StartSidecarAsync();
        var server = scene.Scene.Lab["server"];

        foreach (var (address, port) in new[]
        {
            (server.IPv4, 90), (server.IPv6, 90), (IPAddress.Parse("192.0.2.1"), 80),
                (IPAddress.Parse("2001:db8::1"), 80),
            (IPAddress.Loopback, 70), (IPAddress.IPv6Loopback, 70), (IPAddress.Parse("127.9.9.9"), 70),
        })
        {
            var answer = await scene.AskAsync("tcp", address, port);
            Assert.StartsWith($"peer {address} {port}\nserver {address} {port} saw ", answer, StringComparison.Ordinal);
        }

        Assert.Equal(7ul, (await scene.ReportAsync()).Counts["outbound_excluded"]);
        Assert.Equal(0ul, (await scene.ReportAsync()).Counts["outbound_redirected"]);

        // Neither who is in no cgroup of the workload, nor the sidecar, nor UDP.
        var straight = $"peer {server.IPv4} 80\nserver {server.IPv4} 80 saw {scene.Scene.Lab["client"].IPv4}";
        Assert.Equal(straight, await scene.AskFromAsync("client", null, "tcp", server.IPv4, 80));
        Assert.Equal(straight, await scene.AskFromAsync("client", scene.Cgroups.Sidecar, "tcp", server.IPv4, 80));
        foreach (var address in new[] { server.IPv4, server.IPv6 })
        {
            Assert.Equal($"peer {address} 80\nserver heard hello", await scene.AskAsync("udp", address, 80));
        }

        Assert.Equal(1ul, (await scene.ReportAsync()).Counts["outbound_own"]);
    }

    [Fact]
    public async Task Connect_NoSidecar_IsRefusedAndNeverStraight()
    {
        await using var scene = await SidecarScene.StartAsync("outboundPort: 15001, outboundAddresses: [127.0.0.1]");
        var server = await scene.StartServerAsync("server", null, 80);
        var (ipv4, ipv6) = (scene.Scene.Lab["server"].IPv4, scene.Scene.Lab["server"].IPv6);

        Assert.Equal("error ECONNREFUSED", await scene.AskAsync("tcp", ipv4, 80));
        Assert.Equal("error ECONNREFUSED", await scene.AskAsync("nonblocking", ipv4, 80));
        Assert.Equal("error EPERM", await scene.AskAsync("tcp", ipv6, 80));

        var counts = (await scene.ReportAsync()).Counts;
        Assert.Equal(2ul, counts["outbound_failed"]);
        Assert.Equal(1ul, counts["outbound_blocked"]);
        Assert.DoesNotContain("saw", server.Output, StringComparison.Ordinal);

        await scene.StartSidecarAsync();
        Assert.Contains($"sidecar outbound {ipv4} 80", await scene.AskAsync("tcp", ipv4, 80), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_ClientGoneBeforeTheAnswer_IsStillKnown()
    {
        await using var scene = await SidecarScene.StartAsync();
        var sidecar = await scene.StartSidecarAsync();
        scene.Scene.Lab.Run("client", () => File.WriteAllText("/proc/sys/net/ipv4/tcp_syncookies", "2"));
        var server = scene.Scene.Lab["server"];

        sidecar.Signal("STOP");
        Assert.Equal($"peer {server.IPv4} 80", await scene.AskAsync("leave", server.IPv4, 80));
        Assert.Equal($"peer {server.IPv6} 81", await scene.AskAsync("leave", server.IPv6, 81));
        sidecar.Signal("CONT");

        await sidecar.WaitForTextAsync($"sidecar outbound {server.IPv4} 80", Wait.Patience);
        await sidecar.WaitForTextAsync($"sidecar outbound {server.IPv6} 81", Wait.Patience);
    }

    [Fact]
    public async Task Mark_InTheSameCgroup_TellsTheSidecar()
    {
        await using var scene = await SidecarScene.StartAsync("mark: 0x539, outboundPort: 15001");
        await scene.StartServerAsync("server", null, 80);
        await scene.StartSidecarAsync(scene.Cgroups.Application, "1337");
        var server = scene.Scene.Lab["server"].IPv6;

        Assert.Equal(
            $"peer {server} 80\nsidecar outbound {server} 80\nserver {server} 80 saw {scene.Scene.Lab["client"].IPv6}",
            await scene.AskAsync("tcp", server, 80));
        Assert.Equal(1ul, (await scene.ReportAsync()).Counts["outbound_own"]);
    }

    [Fact]
    public async Task Options_OfOtherSockets_AreUntouched()
    {
        await using var scene = SidecarScene.Prepare("outboundPort: 15001, inboundPort: 15006");
        var before = await OptionsAsync(scene);
        var again = await OptionsAsync(scene);
        await scene.Scene.StartAgentAsync();
        await scene.AssertAttachedAsync();
        var after = await OptionsAsync(scene);

        // Some answers are never the same twice: ports, clocks, cookies.
        var lasting = Enumerable.Range(0, before.Length).Where(i => before[i] == again[i]).ToList();
        Assert.InRange(lasting.Count, before.Length * 99 / 100, before.Length);
        Assert.Equal(before.Length, after.Length);
        Assert.All(lasting, i => Assert.Equal(before[i], after[i]));
    }

    private static async Task<string[]> OptionsAsync(SidecarScene scene)
    {
        var command = CgroupTree.Through(
            scene.Cgroups.Application, "python3", SidecarScene.Party("bystander.py"), "7000");
        await using var bystander = scene.Scene.Lab.Start("client", command[0], command[1..]);
        Assert.True(await bystander.WaitForExitAsync(Wait.Patience) == 0, bystander.Error);
        return bystander.Output.Split('\n');
    }
}
