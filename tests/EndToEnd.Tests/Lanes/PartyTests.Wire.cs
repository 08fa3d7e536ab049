using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Jumpgate.EndToEnd.Tests.Lanes;

/// <summary>What a client may do to the bytes.</summary>
public abstract partial class PartyTests
{
    /// <summary>Servers that answer <c>/v1/echo/X</c> with X.</summary>
    public static TheoryData<string> Echoing => ["nginx", "kestrel", "node"];

    [Theory]
    [MemberData(nameof(Echoing))]
    public async Task Pipelining_AllowedAndForbidden_AreAnsweredInOrder(string server)
    {
        var party = await scene.ServerAsync(server);
        using var client = await WarmAsync(party);
        var random = new Random(17);
        for (var round = 0; round < 300; round++)
        {
            var expected = new List<(int Status, string Body)>();
            var requests = new List<string>();
            for (var i = random.Next(1, 20); i > 0; i--)
            {
                var isAllowed = random.Next(4) > 0;
                var word = $"{round}-{i}-{new string('x', random.Next(200))}";
                requests.Add(Wire.Request(isAllowed ? $"/v1/echo/{word}" : $"/secret/{word}"));
                expected.Add(isAllowed ? (200, word) : (403, "Access denied\r\n"));
            }

            await SendInPiecesAsync(client, requests, random.Next(3), random);
            foreach (var answer in expected)
            {
                Assert.Equal(answer, await client.ReadResponseAsync());
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task TwoRequests_SecondForbidden_IsDeniedAfterTheFirst(bool inOneWrite)
    {
        var party = await scene.ServerAsync("kestrel");
        using var client = await WarmAsync(party);
        for (var i = 0; i < 50; i++)
        {
            string[] requests = [Wire.Request($"/v1/echo/{i}"), Wire.Request($"/secret/{i}")];
            foreach (var text in inOneWrite ? [string.Concat(requests)] : requests)
            {
                await client.SendAsync(text);
            }

            Assert.Equal((200, $"{i}"), await client.ReadResponseAsync());
            Assert.Equal((403, "Access denied\r\n"), await client.ReadResponseAsync());
            Assert.False(party.WasAsked($"GET /secret/{i}"));
        }
    }

    [Theory]
    [MemberData(nameof(Echoing))]
    public async Task Head_ByteByByte_IsUnderstood(string server)
    {
        var party = await scene.ServerAsync(server);
        using var client = await WarmAsync(party);
        for (var i = 0; i < 5; i++)
        {
            foreach (var letter in Wire.Request($"/v1/echo/{i}"))
            {
                await client.SendAsync($"{letter}");
            }

            Assert.Equal((200, $"{i}"), await client.ReadResponseAsync());
            Assert.Equal((200, "whole"), await client.AskAsync(Wire.Request("/v1/echo/whole")));
            foreach (var letter in Wire.Request($"/secret/{i}"))
            {
                await client.SendAsync($"{letter}");
            }

            Assert.Equal(403, (await client.ReadResponseAsync()).Status);
        }
    }

    [Theory]
    [InlineData("kestrel")]
    [InlineData("node")]
    [InlineData("python")]
    public async Task Expect_Continue_GetsItsHundred(string server)
    {
        var party = await scene.ServerAsync(server);
        using var client = await WarmAsync(party);
        for (var i = 0; i < 3; i++)
        {
            await client.SendAsync(Wire.Request("/v1/put/x", "PUT", "Content-Length: 5\r\nExpect: 100-continue\r\n"));
            Assert.StartsWith("HTTP/1.1 100 ", await client.ReadHeadAsync(), StringComparison.Ordinal);
            await client.SendAsync("12345");
            Assert.Equal((200, PartyScene.Hash("12345"u8)), await client.ReadResponseAsync());
            Assert.Equal((200, "hello\n"), await client.AskAsync(Wire.Request("/v1/hello")));
        }
    }

    [Theory]
    [InlineData("kestrel")]
    [InlineData("node")]
    [InlineData("python")]
    public async Task Upload_InManyWrites_IsWhole(string server)
    {
        var party = await scene.ServerAsync(server);
        using var client = await WarmAsync(party);
        var random = new Random(3);
        foreach (var size in (int[])[1, 1000, 60_000, 65_536, 70_000, 300_000])
        {
            var body = new byte[size];
            random.NextBytes(body);
            var whole = (200, PartyScene.Hash(body));

            // Head and body apart; in one write; chunked.
            await client.SendAsync(Wire.Request("/v1/put/x", "PUT", $"Content-Length: {size}\r\n"));
            await SendSlowlyAsync(client, body, random);
            Assert.Equal(whole, await client.ReadResponseAsync());
            var head = Encoding.Latin1.GetBytes(Wire.Request("/v1/put/x", "PUT", $"Content-Length: {size}\r\n"));
            await client.SendAsync((byte[])[.. head, .. body]);
            Assert.Equal(whole, await client.ReadResponseAsync());
            await client.SendAsync(
                Wire.Request("/v1/put/x", "PUT", "Transfer-Encoding: chunked\r\n") + $"{size:x}\r\n");
            await SendSlowlyAsync(client, body, random);
            await client.SendAsync("\r\n0\r\n\r\n");
            Assert.Equal(whole, await client.ReadResponseAsync());
            Assert.Equal((200, "hello\n"), await client.AskAsync(Wire.Request("/v1/hello")));
        }
    }

    /// <summary>nginx and Node break off what is long by themselves when the client's side is closed.</summary>
    [Theory]
    [InlineData("nginx", false)]
    [InlineData("node", false)]
    [InlineData("python", true)]
    [InlineData("asyncio", true)]
    public async Task HalfClose_AfterARequest_IsStillAnswered(string server, bool isLarge)
    {
        var party = await scene.ServerAsync(server);
        for (var i = 0; i < (isLarge ? 2 : 10); i++)
        {
            using var client = await WarmAsync(party);
            await client.SendAsync(Wire.Request(isLarge ? "/v1/large" : "/v1/hello"));
            client.Socket.Shutdown(SocketShutdown.Send);

            var length = Wire.ContentLength((await client.ReadHeadAsync())!);
            Assert.Equal(isLarge ? scene.LargeHash : PartyScene.Hash("hello\n"u8), await HashAsync(client, length));
            Assert.True(await client.EndsAsync());
        }
    }

    /// <summary>A raw client whose requests the kernel decides (where it does).</summary>
    private async Task<Wire> WarmAsync(Party party) => await WarmAsync(scene.Address(party));

    private async Task<Wire> WarmAsync(IPEndPoint server)
    {
        var client = await Wire.ConnectAsync(scene.Scene, server);
        await scene.UntilDecidedAsync(async () =>
        {
            for (var i = 0; i < 5; i++)
            {
                Assert.Equal((200, "hello\n"), await client.AskAsync(Wire.Request("/v1/hello")));
            }
        });
        return client;
    }

    /// <param name="client">Where to.</param>
    /// <param name="requests">In order.</param>
    /// <param name="how">0: one write; 1: one each; else wherever it falls.</param>
    /// <param name="random">Where it falls.</param>
    private static async Task SendInPiecesAsync(Wire client, List<string> requests, int how, Random random)
    {
        var text = string.Concat(requests);
        for (int i = 0, from = 0; from < text.Length; i++)
        {
            var count = how switch
            {
                0 => text.Length,
                1 => requests[i].Length,
                _ => Math.Min(random.Next(1, 400), text.Length - from),
            };
            await client.SendAsync(text.Substring(from, count));
            from += count;
        }
    }

    private static async Task SendSlowlyAsync(Wire client, byte[] body, Random random)
    {
        for (var from = 0; from < body.Length;)
        {
            var count = Math.Min(random.Next(1, 20_000), body.Length - from);
            await client.SendAsync(body.AsMemory(from, count));
            from += count;
        }
    }
}
