using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Lanes;

/// <summary>
/// Memory, map entries and descriptors come back to where they were. The flow table is bounded by itself (LRU).
/// JUMPGATE_HAZARD_LANES and JUMPGATE_HAZARD_HEADS say how many, JUMPGATE_HAZARD_TIME_OUT=1 waits for the agent's
/// time-out.
/// </summary>
public sealed partial class HazardTests
{
    private const int AtOnce = 500;
    private const long MiB = 1024 * 1024;

    /// <summary>What the runtime may keep for its own good after thousands of connections.</summary>
    private const long Slack = 48 * MiB;

    private static readonly int Lanes = Setting("JUMPGATE_HAZARD_LANES", 10_000);
    private static readonly bool WaitForTimeOut = Setting("JUMPGATE_HAZARD_TIME_OUT", 0) == 1;
    private static readonly int Heads = Setting("JUMPGATE_HAZARD_HEADS", 3_000);

    [Fact]
    public async Task Returns_ManyLanesOpenedAndClosed_NothingStays()
    {
        using var server = new WireServer(scene.Scene, async wire =>
        {
            while (await wire.ReadHeadAsync() is { } head)
            {
                await WireServer.HelloAsync(wire);
                if (head.StartsWith("GET /v1/close", StringComparison.Ordinal))
                {
                    return;
                }
            }
        });
        await OpenAndCloseAsync(server.Address, AtOnce);
        await Wait.UntilAsync(
            () => Footprint.Of(scene.Scene) is { Pairs: 0, Bound: 0 }, Wait.Patience, "former connections to go");
        var before = Footprint.Of(scene.Scene);
        var decided = await scene.DecidedAsync();
        for (var i = 0; i < Lanes / AtOnce; i++)
        {
            await OpenAndCloseAsync(server.Address, AtOnce);
        }

        var inKernel = await scene.DecidedAsync() - decided;
        var after = Footprint.Of(scene.Scene);
        await Wait.UntilAsync(
            () => (after = Footprint.Of(scene.Scene)).IsBackTo(before, Slack),
            Wait.Patience,
            $"everything to come back to {before}",
            () => $"{after}");
        Console.WriteLine($"{Lanes} lanes, {inKernel} requests in the kernel: {before}, then {after}");
        Assert.Equal((0, 0, 0), (after.Pairs, after.Bound, after.Joined));
        Assert.True(
            inKernel >= (ulong)Lanes, $"only {inKernel} requests of {Lanes} connections were decided in the kernel");
        Assert.Empty((await scene.LanesAsync()).Lanes);
    }

    /// <summary>
    /// Connections that send half a head and stay: each costs little, the others go on, and all is given back.
    /// </summary>
    [Fact]
    public async Task Returns_FloodOfHalfOpenHeads_CostsLittleAndEnds()
    {
        using var server = new WireServer(scene.Scene, HelloAsync);
        using var client = await WarmAsync(server.Address);
        var before = Footprint.Of(scene.Scene);
        var flood = new List<Wire>();
        try
        {
            for (var i = 0; i < Heads; i++)
            {
                var half = await Wire.ConnectAsync(scene.Scene, server.Address);
                flood.Add(half);
                await half.SendAsync($"GET /v1/hello?{i} HTTP/1.1\r\nHost: server\r\nX-Half: {new string('x', 200)}");
            }

            await UntilDecidedAsync(client);
            var during = Footprint.Of(scene.Scene);
            Console.WriteLine($"{Heads} half heads: {before}, then {during}");
            Assert.True(during.Descriptors >= before.Descriptors + (Heads / 2), $"{during}");
            Assert.InRange(during.Memory, 0, before.Memory + Slack + (Heads * 20L * 1024));
            // They end by themselves, in each way; or, where there is time for it, by the agent's time-out (30 s).
            for (var i = 0; i < flood.Count; i += 3)
            {
                flood[i].Reset();
                flood[i + 1].Dispose();
            }

            foreach (var half in flood.Where((_, i) => WaitForTimeOut && i % 3 == 2))
            {
                Assert.True(await EndsOrIsToldAsync(half));
            }
        }
        finally
        {
            flood.ForEach(half => half.Dispose());
        }

        var after = before;
        await Wait.UntilAsync(
            () => (after = Footprint.Of(scene.Scene)).IsBackTo(before, Slack + (Heads * 4L * 1024)),
            Wait.Patience,
            $"everything to come back to {before}",
            () => $"{after}");
        await UntilDecidedAsync(client);
    }

    /// <summary>
    /// A reader that does not read a large response: the agent holds little of it, and so does the reader's queue.
    /// </summary>
    [Fact]
    public async Task Returns_StalledReader_CostsLittle()
    {
        var party = await scene.ServerAsync("nginx");
        using var client = await WarmAsync(scene.Address(party));
        var before = Footprint.Of(scene.Scene);
        var queue = await scene.Scene.LaneBytesAsync("queue");
        var memory = 0L;
        await client.SendAsync(Wire.Request("/v1/large"));
        var last = -1.0;
        await Wait.UntilAsync(
            async () =>
            {
                await Task.Delay(Moment);
                memory = Math.Max(memory, scene.Scene.Agent.ResidentBytes);
                var now = await scene.Scene.LaneBytesAsync("queue") + await scene.Scene.LaneBytesAsync("stack");
                (var same, last) = (now == last, now);
                return same && await scene.Scene.LaneBytesAsync("queue") > queue;
            },
            Wait.Patience,
            "the sender to be held back");
        var held = await scene.Scene.LaneBytesAsync("queue") - queue;
        Console.WriteLine($"stalled: {held} bytes by queue, {memory - before.Memory} bytes more of the agent's");

        // To the reader 1 MiB and a piece, and as much from the server, and what is in the server's queue.
        Assert.InRange(held, 1, 4 * MiB);
        Assert.InRange(memory, 0, before.Memory + (24 * MiB));
        var length = Wire.ContentLength((await client.ReadHeadAsync())!);
        using var digest = System.Security.Cryptography.IncrementalHash.CreateHash(
            System.Security.Cryptography.HashAlgorithmName.SHA256);
        await client.ReadAsync(length, digest.AppendData);
        Assert.Equal(scene.LargeHash, Convert.ToHexStringLower(digest.GetHashAndReset()));
        await UntilDecidedAsync(client);
    }

    /// <summary>Opens so many lanes at once, and ends them: by either end, with an end or a reset.</summary>
    private async Task OpenAndCloseAsync(IPEndPoint server, int count)
    {
        var clients =
            await Task.WhenAll(Enumerable.Range(0, count).Select(_ => Wire.ConnectAsync(scene.Scene, server)));
        for (var round = 0; round < 4; round++)
        {
            await Task.WhenAll(clients.Select(async client =>
                Assert.Equal((200, "hello\n"), await client.AskAsync(Wire.Request("/v1/hello")))));
        }

        await Task.WhenAll(clients.Select(async (client, i) =>
        {
            switch (i % 4)
            {
                case 0:
                    client.Dispose();
                    break;
                case 1:
                    client.Reset();
                    break;
                case 2:
                    await client.SendAsync(Wire.Request("/v1/close"));
                    await client.ReadResponseAsync();
                    client.Dispose();
                    break;
                default:
                    client.Socket.Shutdown(SocketShutdown.Send);
                    Assert.True(await client.EndsAsync());
                    client.Dispose();
                    break;
            }
        }));
    }

    /// <summary>True where it ends without an answer, or behind one that says why.</summary>
    private static async Task<bool> EndsOrIsToldAsync(Wire half)
    {
        try
        {
            return await half.ReadHeadAsync() is not { } head
                || head.StartsWith("HTTP/1.1 4", StringComparison.Ordinal);
        }
        catch (SocketException)
        {
            return true;
        }
    }

    private static int Setting(string name, int fallback) =>
        int.TryParse(
            Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : fallback;
}
