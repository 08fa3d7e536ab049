using System.Collections.Concurrent;
using System.Text;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Lanes;

/// <summary>Hazard 3: a verdict covers one message, wherever sends begin and end.</summary>
public sealed partial class HazardTests
{
    [Theory]
    [InlineData("")]
    [InlineData("0123456789")]
    public async Task Bodies_SecondRequestInOneSend_IsJudgedByItself(string body)
    {
        var seen = new ConcurrentQueue<string>();
        using var server = new WireServer(scene.Scene, wire => HelloAsync(wire, seen));
        using var client = await WarmAsync(server.Address);
        for (var i = 0; i < 3; i++)
        {
            var decided = await scene.DecidedAsync();
            var first = Wire.Request("/v1/first", "POST", $"Content-Length: {body.Length}\r\n") + body;
            await client.SendAsync(first + Wire.Request("/secret"));

            Assert.Equal((200, "hello\n"), await client.ReadResponseAsync());
            await Task.Delay(Moment);
            Assert.DoesNotContain("/secret", seen);
            Assert.Equal((403, "Access denied\r\n"), await client.ReadResponseAsync());
            Assert.Equal(decided + 1, await scene.DecidedAsync());
            await UntilDecidedAsync(client);
        }
    }

    /// <summary>
    /// A verdict holds for bytes that are there. For those to come the kernel asks nobody: they would be the next to get
    /// at the socket, another thread's perhaps, and might be with the server first.
    /// </summary>
    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public async Task Bodies_NotAllThereWithTheHead_AreTheProxys(int there)
    {
        using var server = new WireServer(scene.Scene, wire => HelloAsync(wire, []));
        using var client = await WarmAsync(server.Address);
        for (var i = 0; i < 3; i++)
        {
            var (decided, split) = (await scene.DecidedAsync(), await SaidAsync("split"));
            await client.SendAsync(Wire.Request("/v1/first", "POST", "Content-Length: 5\r\n") + "01234"[..there]);
            await Wait.UntilAsync(
                async () => await SaidAsync("split") == split + 1, Wait.Patience, "the kernel to see the head");
            await client.SendAsync("01234"[there..]);

            Assert.Equal((200, "hello\n"), await client.ReadResponseAsync());
            Assert.Equal(decided, await scene.DecidedAsync());
            await UntilDecidedAsync(client);
        }
    }

    /// <summary>
    /// What follows an allowed request in its send, and is more than a queue takes, does not go where that went.
    /// </summary>
    [Fact]
    public async Task Bodies_LargeRestOfASend_IsTheProxys()
    {
        var seen = new ConcurrentQueue<string>();
        using var server = new WireServer(scene.Scene, wire => HelloAsync(wire, seen));
        for (var i = 0; i < 3; i++)
        {
            using var client = await WarmAsync(server.Address);
            var decided = await scene.DecidedAsync();
            var body = new string('x', 300 * 1024);
            await client.SendAsync(
                Wire.Request("/v1/hello") + Wire.Request("/secret", "POST", $"Content-Length: {body.Length}\r\n") + body);

            Assert.Equal((200, "hello\n"), await client.ReadResponseAsync());
            Assert.Equal((403, "Access denied\r\n"), await client.ReadResponseAsync());
            Assert.Equal(decided + 1, await scene.DecidedAsync());
            Assert.DoesNotContain("/secret", seen);
        }
    }

    /// <summary>A body in as many pieces of memory as a send has: it passes as one.</summary>
    [Fact]
    public async Task Bodies_OfManyPieces_AreWhole()
    {
        const int Most = 32 * 1024;
        using var server = new WireServer(scene.Scene, wire => EchoAsync(wire, []));
        using var client = await Wire.ConnectAsync(scene.Scene, server.Address);
        await scene.UntilDecidedAsync(async () => await client.AskAsync(Wire.Request("/v1/x")));
        var decided = await scene.DecidedAsync();
        var random = new Random(20261122);
        for (var i = 0; i < 40; i++)
        {
            var body = string.Concat(Enumerable.Range(0, random.Next(1, Most)).Select(_ => (char)random.Next('a', 'z')));
            Assert.Equal((200, body), await client.AskAsync(
                Wire.Request("/v1/first", "POST", $"Content-Length: {body.Length}\r\n") + body));
        }

        // A send may find less room than it asked for: most pass.
        Assert.InRange(await scene.DecidedAsync() - decided, 20ul, 40ul);
    }

    /// <summary>A body in later sends than its head, and a forbidden request behind its last bytes.</summary>
    [Fact]
    public async Task Bodies_InLaterSends_EndWhereTheyEnd()
    {
        var seen = new ConcurrentQueue<string>();
        using var server = new WireServer(scene.Scene, wire => EchoAsync(wire, seen));
        using var client = await Wire.ConnectAsync(scene.Scene, server.Address);
        await scene.UntilDecidedAsync(async () => await client.AskAsync(Wire.Request("/v1/x")));
        for (var i = 0; i < 5; i++)
        {
            await client.SendAsync(Wire.Request("/v1/first", "POST", "Content-Length: 20\r\n") + "01234");
            await client.SendAsync("56789");
            await client.SendAsync("abcdefghij" + Wire.Request("/secret"));

            Assert.Equal((200, "0123456789abcdefghij"), await client.ReadResponseAsync());
            await Task.Delay(50);
            Assert.DoesNotContain("/secret", seen);
            Assert.Equal((403, "Access denied\r\n"), await client.ReadResponseAsync());
            await scene.UntilDecidedAsync(async () =>
                Assert.Equal(200, (await client.AskAsync(Wire.Request("/v1/x"))).Status));
        }
    }

    /// <summary>What a server sends behind its answer nobody has asked for: it never comes to the client.</summary>
    [Fact]
    public async Task Bodies_MoreThanTheAnswerInOneSend_IsNotTheClients()
    {
        using var server = new WireServer(scene.Scene, async wire =>
        {
            while (await wire.ReadHeadAsync() is { } head)
            {
                if (head.StartsWith("GET /v1/more", StringComparison.Ordinal))
                {
                    await wire.SendAsync(
                        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none"
                            + "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nextra");
                    continue;
                }

                await WireServer.HelloAsync(wire);
            }
        });
        using var client = await WarmAsync(server.Address);
        for (var i = 0; i < 3; i++)
        {
            var decided = await scene.DecidedAsync();
            Assert.Equal((200, "one"), await client.AskAsync(Wire.Request("/v1/more")));
            Assert.Equal(decided + 1, await scene.DecidedAsync());
            await Task.Delay(50);
            Assert.Equal(0, client.Socket.Available);
            await UntilDecidedAsync(client);
        }
    }

    /// <summary>Notes each request's target and reads its body.</summary>
    private static async Task HelloAsync(Wire wire, ConcurrentQueue<string> seen)
    {
        while (await wire.ReadHeadAsync() is { } head)
        {
            seen.Enqueue(head.Split(' ')[1]);
            await wire.ReadAsync(Wire.ContentLength(head));
            await WireServer.HelloAsync(wire);
        }
    }

    /// <summary>Notes each request's target and gives its body back.</summary>
    private static async Task EchoAsync(Wire wire, ConcurrentQueue<string> seen)
    {
        while (await wire.ReadHeadAsync() is { } head)
        {
            seen.Enqueue(head.Split(' ')[1]);
            var text = new StringBuilder();
            await wire.ReadAsync(Wire.ContentLength(head), part => text.Append(Encoding.Latin1.GetString(part)));
            await wire.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {text.Length}\r\n\r\n{text}");
        }
    }
}
