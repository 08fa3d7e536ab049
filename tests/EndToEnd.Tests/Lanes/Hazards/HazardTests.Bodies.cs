using System.Collections.Concurrent;
using System.Text;
using Jumpgate.EndToEnd.Tests.Support;

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
        using var server = new WireServer(scene.Scene, async wire =>
        {
            while (await wire.ReadHeadAsync() is { } head)
            {
                seen.Enqueue(head.Split(' ')[1]);
                await wire.ReadAsync(Wire.ContentLength(head));
                await WireServer.HelloAsync(wire);
            }
        });
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

    /// <summary>A body in later sends than its head, and a forbidden request behind its last bytes.</summary>
    [Fact]
    public async Task Bodies_InLaterSends_EndWhereTheyEnd()
    {
        var seen = new ConcurrentQueue<string>();
        using var server = new WireServer(scene.Scene, async wire =>
        {
            while (await wire.ReadHeadAsync() is { } head)
            {
                seen.Enqueue(head.Split(' ')[1]);
                var text = new StringBuilder();
                await wire.ReadAsync(Wire.ContentLength(head), part => text.Append(Encoding.Latin1.GetString(part)));
                await wire.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {text.Length}\r\n\r\n{text}");
            }
        });
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
            await scene.UntilDecidedAsync(async () => Assert.Equal(200, (await client.AskAsync(Wire.Request("/v1/x"))).Status));
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
                        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none" + "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nextra");
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
}
