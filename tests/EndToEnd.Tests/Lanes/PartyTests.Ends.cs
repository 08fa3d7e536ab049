using System.Net.Sockets;
using System.Security.Cryptography;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Lanes;

/// <summary>Readers that do not read, and parties that go.</summary>
public abstract partial class PartyTests
{
    /// <summary>Both ends' socket buffers on both sides of the proxy hold a few MB each.</summary>
    private const long InFlightMax = 32 * 1024 * 1024;

    [Fact]
    public async Task SlowReader_OfALargeResponse_HoldsTheServerBack()
    {
        var large = await File.ReadAllBytesAsync(scene.LargeFile);
        var sent = 0L;
        var failure = default(Exception);
        using var server = new WireServer(scene.Scene, async wire =>
        {
            while (await wire.ReadHeadAsync() is { } head)
            {
                if (!head.StartsWith("GET /v1/large", StringComparison.Ordinal))
                {
                    await WireServer.HelloAsync(wire);
                    continue;
                }

                try
                {
                    await wire.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {large.Length}\r\n\r\n");
                    await SendCountedAsync(wire.Socket, large, n => Interlocked.Add(ref sent, n));
                }
                catch (Exception e)
                {
                    failure = e;
                    throw;
                }
            }
        });
        using var client = await WarmAsync(server.Address);

        await client.SendAsync(Wire.Request("/v1/large"));
        await Wait.UntilStillAsync(() => Interlocked.Read(ref sent), "the sender to be held back");

        Assert.InRange(Interlocked.Read(ref sent), 1, InFlightMax);
        await client.ReadHeadAsync();
        Assert.Equal(scene.LargeHash, await HashAsync(client, large.Length));
        Assert.Null(failure);
        Assert.Equal((200, "hello\n"), await client.AskAsync(Wire.Request("/v1/hello")));
    }

    [Fact]
    public async Task SlowReader_OfALargeRequest_HoldsTheClientBack()
    {
        var large = await File.ReadAllBytesAsync(scene.LargeFile);
        var read = new TaskCompletionSource();
        using var server = new WireServer(scene.Scene, async wire =>
        {
            while (await wire.ReadHeadAsync() is { } head)
            {
                if (head.StartsWith("PUT", StringComparison.Ordinal))
                {
                    await read.Task;
                    Assert.Equal(large.Length, Wire.ContentLength(head));
                    var hash = await HashAsync(wire, large.Length);
                    await wire.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {hash.Length}\r\n\r\n{hash}");
                    continue;
                }

                await WireServer.HelloAsync(wire);
            }
        });
        using var client = await WarmAsync(server.Address);
        var sent = 0L;

        await client.SendAsync(Wire.Request("/v1/put/x", "PUT", $"Content-Length: {large.Length}\r\n"));
        var sending = SendCountedAsync(client.Socket, large, n => Interlocked.Add(ref sent, n));
        await Wait.UntilStillAsync(() => Interlocked.Read(ref sent), "the sender to be held back");

        Assert.InRange(Interlocked.Read(ref sent), 1, InFlightMax);
        read.SetResult();
        await sending;
        Assert.Equal((200, scene.LargeHash), await client.ReadResponseAsync());
        Assert.Equal((200, "hello\n"), await client.AskAsync(Wire.Request("/v1/hello")));
    }

    /// <summary>Each response passes in the kernel; together they are far more than may be on their way.</summary>
    [Fact]
    public async Task SlowReader_OfManyResponses_GetsThemAllInOrder()
    {
        const int Count = 600;
        var body = new byte[100_000];
        new Random(5).NextBytes(body);
        var sent = 0L;
        using var server = new WireServer(scene.Scene, async wire =>
        {
            while (await wire.ReadHeadAsync() is { } head)
            {
                if (head.StartsWith("GET /v1/hello", StringComparison.Ordinal))
                {
                    await WireServer.HelloAsync(wire);
                    continue;
                }

                await wire.SendAsync(
                    $"HTTP/1.1 200 OK\r\nName: {head.Split(' ')[1]}\r\nContent-Length: {body.Length}\r\n\r\n");
                await SendCountedAsync(wire.Socket, body, n => Interlocked.Add(ref sent, n));
            }
        });
        using var client = await WarmAsync(server.Address);

        var asking = Task.Run(async () =>
        {
            for (var i = 0; i < Count; i++)
            {
                await client.SendAsync(Wire.Request($"/v1/{i}"));
            }
        });
        await Wait.UntilStillAsync(() => Interlocked.Read(ref sent), "the sender to be held back");

        Assert.InRange(Interlocked.Read(ref sent), 1, InFlightMax);
        for (var i = 0; i < Count; i++)
        {
            Assert.Contains($"\r\nName: /v1/{i}\r\n", await client.ReadHeadAsync(), StringComparison.Ordinal);
            Assert.Equal(PartyScene.Hash(body), await HashAsync(client, body.Length));
        }

        await asking;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Server_ResetsWithinAResponse_ClientSeesTheEnd(bool afterHead)
    {
        using var server = new WireServer(scene.Scene, async wire =>
        {
            while (await wire.ReadHeadAsync() is { } head)
            {
                if (head.StartsWith("GET /v1/reset", StringComparison.Ordinal))
                {
                    await wire.SendAsync(afterHead
                        ? "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nsome" : "HTTP/1.1 2");
                    wire.Reset();
                    return;
                }

                await WireServer.HelloAsync(wire);
            }
        });
        for (var i = 0; i < 5; i++)
        {
            using var client = await WarmAsync(server.Address);
            await client.SendAsync(Wire.Request("/v1/reset"));

            // What came before a reset may be lost with it; the end is not.
            var answer = await EndOfAsync(client);
            Assert.True(
                answer.Length == 0 || answer.EndsWith("\r\n\r\nsome", StringComparison.Ordinal)
                || "HTTP/1.1 2".StartsWith(answer, StringComparison.Ordinal)
                || answer.StartsWith("HTTP/1.1 502 ", StringComparison.Ordinal),
                answer);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Client_ResetsWithinARequest_ServerSeesTheEnd(bool isUpload)
    {
        var ended = new TaskCompletionSource();
        using var server = new WireServer(scene.Scene, async wire =>
        {
            while (await wire.ReadHeadAsync() is { } head)
            {
                if (head.StartsWith("GET /v1/hello", StringComparison.Ordinal))
                {
                    await WireServer.HelloAsync(wire);
                    continue;
                }

                try
                {
                    // The rest of a body that does not come, or a body for which nobody stays.
                    if (isUpload)
                    {
                        await wire.ReadAsync(100_000);
                    }

                    await wire.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n");
                    while (true)
                    {
                        await wire.SendAsync(new byte[1000]);
                    }
                }
                catch (Exception e) when (e is IOException or SocketException)
                {
                    ended.TrySetResult();
                    throw;
                }
            }
        });
        for (var i = 0; i < 5; i++)
        {
            ended = new TaskCompletionSource();
            var client = await WarmAsync(server.Address);
            await client.SendAsync(isUpload
                ? Wire.Request("/v1/put", "PUT", "Content-Length: 100000\r\n") + "some" : Wire.Request("/v1/endless"));
            if (!isUpload)
            {
                await client.ReadHeadAsync();
            }

            client.Reset();
            await ended.Task.WaitAsync(Wait.Patience);
        }
    }

    [Fact]
    public async Task Server_ClosesWhileIdle_NextRequestGetsANewConnection()
    {
        var close = new TaskCompletionSource();
        using var server = new WireServer(scene.Scene, async wire =>
        {
            var mine = Volatile.Read(ref close);
            while (true)
            {
                var next = wire.ReadHeadAsync();
                if (await Task.WhenAny(next, mine.Task) != next)
                {
                    return;
                }

                if (await next is null)
                {
                    return;
                }

                await WireServer.HelloAsync(wire);
            }
        });
        using var client = await WarmAsync(server.Address);
        for (var i = 1; i <= 3; i++)
        {
            var last = Interlocked.Exchange(ref close, new TaskCompletionSource());
            last.SetResult();
            // The proxy has noticed when the client's lane is no more.
            var lanes = string.Empty;
            await Wait.UntilAsync(
                async () =>
                {
                    var now = (await scene.LanesAsync()).Lanes;
                    lanes = string.Join("; ", now);
                    return now.Count == 0;
                },
                Wait.Patience,
                "the lane to go",
                () => lanes);
            await scene.UntilDecidedAsync(async () =>
                Assert.Equal((200, "hello\n"), await client.AskAsync(Wire.Request("/v1/hello"))));
            Assert.Equal(1 + i, server.Accepted);
        }
    }

    private static async Task SendCountedAsync(Socket socket, ReadOnlyMemory<byte> bytes, Action<int> sent)
    {
        while (bytes.Length > 0)
        {
            var count = await socket.SendAsync(bytes[..Math.Min(bytes.Length, 65536)]);
            sent(count);
            bytes = bytes[count..];
        }
    }

    private static async Task<string> HashAsync(Wire wire, long count)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await wire.ReadAsync(count, digest.AppendData);
        return Convert.ToHexStringLower(digest.GetHashAndReset());
    }

    private static async Task<string> EndOfAsync(Wire wire)
    {
        var text = new System.Text.StringBuilder();
        try
        {
            await wire.ReadAsync(1_000_000, part => text.Append(System.Text.Encoding.Latin1.GetString(part)));
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            return text.ToString();
        }

        throw new InvalidOperationException("there is no end");
    }
}
