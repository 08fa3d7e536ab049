using System.Globalization;
using System.Net;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Sidecars;

/// <summary>Application and sidecar are joined: bytes between them pass by queue, as long as both keep up.</summary>
[Collection("kernel")]
public sealed partial class SidecarJoinedTests(JoinedScene scene) : IClassFixture<JoinedScene>
{
    private const int Large = 32 * 1024 * 1024;

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Bytes_BothWays_AreWholeAndPassByQueue(bool inbound, bool ipv6)
    {
        var before = await scene.ReportAsync();
        await using var talker = inbound
            ? await scene.InAsync(JoinedScene.Echo, ipv6) : await scene.OutAsync(JoinedScene.Echo, ipv6);
        if (!inbound)
        {
            await scene.UntilJoinedAsync(talker);
        }

        var answer = await talker.DoAsync("echo 100 100000");

        Assert.StartsWith("whole ", answer, StringComparison.Ordinal);
        var bytes = ulong.Parse(answer["whole ".Length..], CultureInfo.InvariantCulture);
        var after = await scene.ReportAsync();
        var kind = inbound ? "inbound_joined" : "outbound_joined";
        Assert.Equal(before.Counts[kind] + 1, after.Counts[kind]);

        // Outbound, the sidecar says a line before it copies.
        var line = inbound ? 0 : $"sidecar outbound {scene.Address("server", ipv6)} {JoinedScene.Echo}\n".Length;
        Assert.Equal((2 * bytes) + (ulong)line, after.QueueBytes - before.QueueBytes);
        Assert.Equal(inbound
            ? "inbound" : "outbound", Assert.Single(await scene.PairsAsync(), p => p.BytesIn == bytes).Sidecar);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task LargeTransfers_WithHalfClose_AreWholeBothWays(bool inbound)
    {
        var before = await scene.ReportAsync();
        await using var talker = inbound
            ? await scene.InAsync(JoinedScene.Finish) : await scene.OutAsync(JoinedScene.Finish);

        Assert.Equal(
            string.Create(CultureInfo.InvariantCulture, $"whole {Large + 32}"),
            await talker.DoAsync(string.Create(CultureInfo.InvariantCulture, $"upload {Large}")));

        Assert.True((await scene.ReportAsync()).QueueBytes > before.QueueBytes, "nothing passed by queue");
    }

    /// <summary>What does not fit goes over the stack, whose window holds the sidecar back. Readers that block,
    /// that wait for edges, and whose receive buffer is of their own size (narrow).</summary>
    [Theory]
    [InlineData("blocking", Large)]
    [InlineData("edges", Large)]
    [InlineData("narrow", 230_000)]
    public async Task SlowReader_OfALargeAnswer_GetsAllAndHoldsTheSenderBack(string way, int bytes)
    {
        await using var talker = await scene.OutAsync(JoinedScene.Flood, false, way);
        await scene.UntilJoinedAsync(talker);
        await talker.DoAsync(string.Create(CultureInfo.InvariantCulture, $"ask {bytes}"));
        await scene.UntilAsync(
            talker, pair =>
                pair is { State: "leaving", Reason: "behind", BytesOut: > 50_000 and <= 2_000_000 }, "leaving");

        Assert.Equal(
            string.Create(CultureInfo.InvariantCulture, $"whole 32 after {bytes}"),
            await talker.DoAsync(string.Create(CultureInfo.InvariantCulture, $"take {way} {bytes}")));

        await scene.UntilAsync(talker, pair => pair is null, "no pair any more");
    }

    /// <summary>Only just too much: the last bytes are on the stack, and no packet comes after them. Who waits for
    /// edges and saw FIONREAD count an empty queue has to be woken, in the namespace where application and sidecar
    /// are.</summary>
    [Fact]
    public async Task CountingReader_WithItsLastBytesOnTheStack_IsToldOfThem()
    {
        for (var i = 0; i < 3; i++)
        {
            await using var talker = await scene.OutAsync(JoinedScene.Flood);
            await scene.UntilJoinedAsync(talker);
            await talker.DoAsync("ask 1100000");
            await scene.UntilAsync(talker, pair => pair is { State: "leaving", Reason: "behind" }, "leaving");

            Assert.Equal("whole 32 after 1100000", await talker.DoAsync("take edges 1100000"));

            await scene.UntilAsync(talker, pair => pair is null, "no pair any more");
        }
    }

    [Fact]
    public async Task Reset_OfTheApplication_ReachesTheSidecar()
    {
        await using var talker = await scene.OutAsync(JoinedScene.Watch);
        await scene.UntilJoinedAsync(talker);
        Assert.Equal("sent", await talker.DoAsync("send 1000"));
        await scene.Outside.WaitForTextAsync("got 1000", Wait.Patience);

        Assert.Equal("closed", await talker.DoAsync("reset"));

        await scene.Outside.WaitForTextAsync("after 1000", Wait.Patience);
        await scene.UntilAsync(talker, pair => pair is null, "no pair any more");
    }

    /// <summary>Only application and sidecar, and only what goes to the sidecar.</summary>
    [Fact]
    public async Task OtherConnections_AreNotJoined()
    {
        var before = await scene.ReportAsync();
        var lab = scene.Scene.Lab;
        var (application, sidecar) = (scene.Sidecars.Cgroups.Application, scene.Sidecars.Cgroups.Sidecar);
        await scene.Sidecars.StartServerAsync("server", null, 90);
        Assert.StartsWith(
            "peer", await scene.Sidecars.AskAsync("tcp", lab["server"].IPv4, 90), StringComparison.Ordinal);
        await scene.Sidecars.StartServerAsync("client", sidecar, 9901);
        foreach (var (cgroup, address) in new[]
        {
            (application, "127.0.0.1"), // The application with itself,
            (application, "::1"),
            (sidecar, lab["server"].IPv4.ToString()), // the sidecar with the world.
        })
        {
            await using var talker = await Talker.ConnectAsync(
                scene.Scene, "client", cgroup, IPAddress.Parse(address), JoinedScene.Echo, "plain");
            Assert.StartsWith("whole ", await talker.DoAsync("echo 3 1000"), StringComparison.Ordinal);
            Assert.Null(await scene.PairAsync(talker));
        }

        // What the application says to the sidecar's own port, and the sidecar to itself.
        foreach (var cgroup in new[] { application, sidecar })
        {
            Assert.StartsWith(
                "peer 127.0.0.1",
                await scene.Sidecars.AskFromAsync("client", cgroup, "tcp", IPAddress.Loopback, 9901),
                StringComparison.Ordinal);
        }

        var after = await scene.ReportAsync();
        Assert.Equal(before.QueueBytes, after.QueueBytes);
        Assert.Equal(before.Counts["outbound_joined"], after.Counts["outbound_joined"]);
        Assert.Equal(before.Counts["inbound_joined"], after.Counts["inbound_joined"]);
    }

    [Fact]
    public async Task Connections_OpenedAndClosed_LeaveNoEntries()
    {
        for (var i = 0; i < 12; i++)
        {
            await using var talker = i % 2 == 0
                ? await scene.OutAsync(JoinedScene.Echo) : await scene.InAsync(JoinedScene.Echo);
            await talker.DoAsync("echo 1 100");
            if (i % 4 < 2)
            {
                await talker.DoAsync("reset");
            }
        }

        var left = "";
        await Wait.UntilAsync(
            async () => (left = string.Join("; ", await scene.PairsAsync())).Length == 0, Wait.Patience, "no pairs",
            () => left);
    }
}
