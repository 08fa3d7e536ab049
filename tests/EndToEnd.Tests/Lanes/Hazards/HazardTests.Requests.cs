using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Jumpgate.Bpf;
using Jumpgate.EndToEnd.Tests.Integrity;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Lanes;

/// <summary>Whose bytes are whose, and in which order they are answered.</summary>
public sealed partial class HazardTests
{
    /// <summary>
    /// Hazard 2: the body of a request that is the proxy's looks like a request that the kernel would allow.
    /// </summary>
    [Fact]
    public async Task Ownership_BodyThatLooksLikeARequest_IsTheProxys()
    {
        var seen = new ConcurrentQueue<string>();
        using var server = new WireServer(scene.Scene, async wire =>
        {
            while (await wire.ReadHeadAsync() is { } head)
            {
                seen.Enqueue(head.Split(' ')[1]);
                await WireServer.HelloAsync(wire);
            }
        });
        using var client = await WarmAsync(server.Address);
        for (var i = 0; i < 5; i++)
        {
            var smuggled = Wire.Request($"/v1/smuggled/{i}");
            await client.SendAsync(Wire.Request("/secret", "POST", $"Content-Length: {smuggled.Length}\r\n"));
            await client.SendAsync(smuggled);

            Assert.Equal(403, (await client.ReadResponseAsync()).Status);
            await UntilDecidedAsync(client);
        }

        Assert.All(seen, target => Assert.Equal("/v1/hello", target));
    }

    /// <summary>
    /// Hazard 2: what the proxy took and what it was handed are compared whole. In the middle of a body at a distance
    /// of 4 GiB from the last boundary a lane is as closed as at any other place.
    /// </summary>
    [Fact]
    public async Task Ownership_FourGibibytesFromABoundary_IsTheProxys()
    {
        using var server = new WireServer(scene.Scene, HelloAsync);
        using var client = await WarmAsync(server.Address);
        var maps = new KernelMaps(scene.Scene);
        var (decided, closed) = (await scene.DecidedAsync(), await SaidAsync("closed"));
        var consumed = (int)Marshal.OffsetOf<Lane>(nameof(Lane.RequestsConsumed));
        foreach (var slot in maps.Values("lane_of").Select(v => BinaryPrimitives.ReadUInt32LittleEndian(v)).Distinct())
        {
            var lane = maps.Read("lanes", slot);
            var place = lane.AsSpan(consumed);
            BinaryPrimitives.WriteUInt64LittleEndian(place, BinaryPrimitives.ReadUInt64LittleEndian(place) + (1ul << 32));
            maps.Write("lanes", lane, slot);
        }

        Assert.Equal((200, "hello\n"), await client.AskAsync(Wire.Request("/v1/hello")));

        Assert.Equal((decided, closed + 1), (await scene.DecidedAsync(), await SaidAsync("closed")));
        await UntilDecidedAsync(client);
    }

    /// <summary>Hazard 2, the other way: a chunk of a response that the proxy relays looks like a response.</summary>
    [Fact]
    public async Task Ownership_ChunkThatLooksLikeAResponse_IsTheProxys()
    {
        const string Inner = "HTTP/1.1 404 Smuggled\r\nContent-Length: 0\r\n\r\n";
        using var server = new WireServer(scene.Scene, async wire =>
        {
            while (await wire.ReadHeadAsync() is { } head)
            {
                if (head.StartsWith("GET /v1/hello", StringComparison.Ordinal))
                {
                    await WireServer.HelloAsync(wire);
                    continue;
                }

                // The extension makes it the proxy's from the beginning.
                await wire.SendAsync($"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{Inner.Length:x};a=b\r\n");
                await wire.SendAsync(Inner);
                await wire.SendAsync("\r\n0\r\n\r\n");
            }
        });
        using var client = await WarmAsync(server.Address);
        for (var i = 0; i < 5; i++)
        {
            var decided = await scene.DecidedAsync();
            await client.SendAsync(Wire.Request("/v1/chunked"));

            var reader = new MessageReader(client.Socket);
            var head = await reader.ReadHeadAsync().WaitAsync(Wait.Patience);
            Assert.Equal("HTTP/1.1 200 OK", head?.Line);
            await reader.ReadBodyAsync(head!, Encoding.ASCII.GetBytes(Inner)).WaitAsync(Wait.Patience);
            Assert.Equal(decided + 1, await scene.DecidedAsync());
            await UntilDecidedAsync(client);
        }
    }

    /// <summary>Hazard 4: what the proxy answers by itself waits for what the kernel has under way.</summary>
    [Theory]
    [InlineData("/secret/x", 403, "Access denied\r\n")]
    [InlineData("/v1/h%65llo", 200, "hello\n")]
    public async Task Pipelining_BehindASlowAnswerInTheKernel_Waits(string second, int status, string body)
    {
        using var server = new WireServer(scene.Scene, async wire =>
        {
            while (await wire.ReadHeadAsync() is { } head)
            {
                if (head.StartsWith("GET /v1/slow", StringComparison.Ordinal))
                {
                    await Task.Delay(Moment);
                    await wire.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nslow");
                    continue;
                }

                await WireServer.HelloAsync(wire);
            }
        });
        using var client = await WarmAsync(server.Address);
        for (var i = 0; i < 3; i++)
        {
            var decided = await scene.DecidedAsync();
            await client.SendAsync(Wire.Request("/v1/slow"));
            await client.SendAsync(Wire.Request(second));

            Assert.Equal((200, "slow"), await client.ReadResponseAsync());
            Assert.Equal((status, body), await client.ReadResponseAsync());
            Assert.Equal(decided + 1, await scene.DecidedAsync());
            await UntilDecidedAsync(client);
        }
    }

    /// <summary>Hazard 5: a head in two sends, wherever it is cut, is the proxy's.</summary>
    [Fact]
    public async Task SplitHead_AtEachPlace_IsUnderstood()
    {
        var seen = new ConcurrentQueue<string>();
        using var server = new WireServer(scene.Scene, async wire =>
        {
            while (await wire.ReadHeadAsync() is { } head)
            {
                seen.Enqueue(head);
                await WireServer.HelloAsync(wire);
            }
        });
        using var client = await WarmAsync(server.Address);
        var request = Wire.Request("/v1/hello", headers: "X-Tail: 0123456789\r\n");
        for (var at = 1; at < request.Length; at++)
        {
            await UntilDecidedAsync(client);
            var decided = await scene.DecidedAsync();
            await client.SendAsync(request[..at]);
            await client.SendAsync(request[at..]);

            Assert.Equal((200, "hello\n"), await client.ReadResponseAsync());
            Assert.Equal(decided, await scene.DecidedAsync());
        }

        Assert.Equal(
            request.Length - 1, seen.Count(head => head.Contains("X-Tail: 0123456789", StringComparison.Ordinal)));
    }

    /// <summary>
    /// Hazard 6: the client has said that it sends no more; what it asked the kernel for is still answered.
    /// </summary>
    [Fact]
    public async Task Close_OfTheSendingHalf_WaitsForTheAnswer()
    {
        using var server = new WireServer(scene.Scene, async wire =>
        {
            while (await wire.ReadHeadAsync() is { } head)
            {
                if (head.StartsWith("GET /v1/slow", StringComparison.Ordinal))
                {
                    await Task.Delay(Moment);
                    await wire.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nslow");
                    continue;
                }

                await WireServer.HelloAsync(wire);
            }
        });
        for (var i = 0; i < 3; i++)
        {
            using var client = await WarmAsync(server.Address);
            var decided = await scene.DecidedAsync();
            await client.SendAsync(Wire.Request("/v1/slow"));
            client.Socket.Shutdown(SocketShutdown.Send);

            Assert.Equal((200, "slow"), await client.ReadResponseAsync());
            Assert.True(await client.EndsAsync());
            Assert.Equal(decided + 1, await scene.DecidedAsync());
        }
    }

    /// <summary>Hazard 6: what the server sent before it closed is read before the end is seen.</summary>
    [Fact]
    public async Task Close_RightBehindAnAnswer_LosesNothing()
    {
        var body = new string('x', 100_000);
        using var server = new WireServer(scene.Scene, async wire =>
        {
            while (await wire.ReadHeadAsync() is { } head)
            {
                if (head.StartsWith("GET /v1/last", StringComparison.Ordinal))
                {
                    await wire.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}");
                    return;
                }

                await WireServer.HelloAsync(wire);
            }
        });
        for (var i = 0; i < 5; i++)
        {
            using var client = await WarmAsync(server.Address);
            await client.SendAsync(Wire.Request("/v1/last"));
            client.Socket.Shutdown(SocketShutdown.Send);
            await Task.Delay(50);

            Assert.Equal((200, body), await client.ReadResponseAsync());
            Assert.True(await client.EndsAsync());
        }
    }
}
