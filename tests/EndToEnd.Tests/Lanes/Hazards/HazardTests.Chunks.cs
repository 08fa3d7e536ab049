using System.Globalization;
using System.Text;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Lanes;

/// <summary>Hazard 3, of chunked responses: their length is not known before their end, and the proxy may have to go on
/// in the middle.</summary>
public sealed partial class HazardTests
{
    private const string ChunkedHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

    /// <summary>Whole lines and data are the kernel's, however they are sent; extensions and trailers never.</summary>
    [Theory]
    [InlineData("5\r\nhello\r\n0\r\n\r\n", true)]
    [InlineData("5\r\nhello\r\n|0\r\n\r\n", true)]
    [InlineData("|5\r\n|hel|lo|\r\n|0\r\n|\r\n", true)]
    [InlineData("0005\r\nh|ello\r\n|000\r\n\r\n", true)]
    [InlineData("3;a=b\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n", false)]
    [InlineData("3\r\nhel\r\n|2;a=b\r\nlo\r\n0\r\n\r\n", false)]
    [InlineData("5\r\nhello\r\n|0\r\nX-Sum: 1\r\n\r\n", false)]
    [InlineData("5\r\nhello\r\n0\r\n|X-Sum: 1\r\n\r\n", false)]
    public async Task Chunks_OfOneAnswer_AreTheKernelsAsFarAsItKnows(string sends, bool isKernels)
    {
        using var server = Chunking(_ => (ChunkedHead + sends).Split('|'));
        using var client = await WarmAsync(server.Address);
        for (var i = 0; i < 3; i++)
        {
            var taken = await TakenOverAsync();
            var decided = await scene.DecidedAsync();

            await client.SendAsync(Wire.Request("/v1/chunked"));

            Assert.Equal("hello", await ReadTextAsync(client));
            Assert.Equal(isKernels, taken == await TakenOverAsync());
            Assert.Equal(decided + 1, await scene.DecidedAsync());
            await UntilDecidedAsync(client);
        }
    }

    [Fact]
    public async Task Chunks_SplitAtEachPlace_AreUnderstood()
    {
        const string Body = "5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n";
        var all = ChunkedHead + Body;
        // Behind lines, and in data.
        int[] clean = [0, 3, 4, 5, 6, 7, 8, 10, 13, 14, 16, 19];
        var at = ChunkedHead.Length - 1;
        using var server = Chunking(_ => [all[..at], all[at..]]);
        using var client = await WarmAsync(server.Address);
        for (; at < all.Length; at++)
        {
            var taken = await TakenOverAsync();
            await client.SendAsync(Wire.Request("/v1/chunked"));

            Assert.Equal("hello!", await ReadTextAsync(client));
            var isKernels = taken == await TakenOverAsync();
            Assert.True(isKernels == clean.Contains(at - ChunkedHead.Length), $"split at {at}: {isKernels}");
            await UntilDecidedAsync(client);
        }
    }

    /// <summary>More chunks than one look takes in, with requests and other answers around them.</summary>
    [Fact]
    public async Task Chunks_TinyOnesInOneSend_AreTheKernels()
    {
        const int Count = 5000;
        var chunks = new StringBuilder(ChunkedHead);
        for (var i = 0; i < Count; i++)
        {
            chunks.Append("1\r\n").Append((char)('a' + (i % 23))).Append("\r\n");
        }

        chunks.Append("0\r\n\r\n");
        using var server = Chunking(_ => [chunks.ToString()]);
        using var client = await WarmAsync(server.Address);
        var taken = await TakenOverAsync();
        for (var round = 0; round < 3; round++)
        {
            await client.SendAsync(Wire.Request("/v1/chunked"));
            await client.SendAsync(Wire.Request("/v1/hello"));

            Assert.Equal(string.Concat(Enumerable.Range(0, Count).Select(i => (char)('a' + (i % 23)))),
                await ReadTextAsync(client));
            Assert.Equal((200, "hello\n"), await client.ReadResponseAsync());
        }

        Assert.Equal(taken, await TakenOverAsync());
    }

    /// <summary>What the proxy would end the connection for never looks whole, and nothing else follows it.</summary>
    [Theory]
    [InlineData("5\r\nhello\r\n", "zz\r\nhello\r\n0\r\n\r\n")]
    [InlineData("5\r\nhello\r\n", "-1\r\nhello\r\n0\r\n\r\n")]
    [InlineData("5\r\nhello\r\n", " 5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("5\r\nhello\r\n", "5\nhello\r\n0\r\n\r\n")]
    [InlineData("5\r\nhello\r\n", "\r\n5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("5\r\nhello\r\n", "00000000000000005\r\nhello\r\n0\r\n\r\n")]
    [InlineData("5\r\nhello", "X\r\n0\r\n\r\n")]
    [InlineData("5\r\nhello", "\n0\r\n\r\n")]
    [InlineData("5\r\nhello\r\n", "0\r\nContent-Length: 3\r\n\r\n")]
    public async Task Chunks_MalformedInTheMiddle_EndTheConnection(string good, string bad)
    {
        using var server = Chunking(_ => [ChunkedHead + good, bad]);
        for (var i = 0; i < 2; i++)
        {
            using var client = await WarmAsync(server.Address);
            await client.SendAsync(Wire.Request("/v1/chunked"));
            await client.SendAsync(Wire.Request("/v1/hello"));

            Assert.Equal(ChunkedHead.TrimEnd(), await client.ReadHeadAsync());
            var rest = await client.ReadToEndAsync();
            Assert.True(rest == good || rest == $"{good}0\r\n", rest);
        }
    }

    /// <summary>No body, whatever the head says.</summary>
    [Theory]
    [InlineData("HEAD", ChunkedHead)]
    [InlineData("GET", "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("GET", "HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n")]
    public async Task Chunks_OfAnAnswerWithoutABody_AreNone(string method, string answer)
    {
        using var server = Chunking(_ => [answer]);
        using var client = await WarmAsync(server.Address);
        var taken = await TakenOverAsync();
        for (var i = 0; i < 3; i++)
        {
            await client.SendAsync(Wire.Request("/v1/chunked", method) + Wire.Request("/v1/hello"));
            Assert.Equal(answer.TrimEnd(), await client.ReadHeadAsync());
            Assert.Equal((200, "hello\n"), await client.ReadResponseAsync());
        }

        Assert.Equal(taken, await TakenOverAsync());
    }

    /// <summary>Switched off within a response: the proxy brings it to its end.</summary>
    [Fact]
    public async Task Chunks_WhileLanesAreSwitchedOff_AreTheProxysFromThere()
    {
        var goOn = new SemaphoreSlim(0);
        using var server = new WireServer(scene.Scene, async wire =>
        {
            while (await wire.ReadHeadAsync() is { } head)
            {
                if (!head.Contains(" /v1/chunked", StringComparison.Ordinal))
                {
                    await WireServer.HelloAsync(wire);
                    continue;
                }

                await wire.SendAsync($"{ChunkedHead}a\r\n01234");
                await goOn.WaitAsync(Wait.Patience);
                await wire.SendAsync("56789\r\n3\r\nabc\r\n");
                await wire.SendAsync("0\r\n\r\n");
            }
        });
        using var client = await WarmAsync(server.Address);
        var closed = (await scene.LanesAsync()).Responses["closed"];
        await client.SendAsync(Wire.Request("/v1/chunked"));
        Assert.Equal(ChunkedHead.TrimEnd(), await client.ReadHeadAsync());
        Assert.Equal("a", await client.ReadLineAsync());
        await client.ReadAsync(5);
        try
        {
            Assert.Equal(0, scene.Scene.Ask("lanes", "set", "short-circuit").ExitCode);
            goOn.Release();
            var data = new StringBuilder();
            await client.ReadAsync(5, part => data.Append(Encoding.Latin1.GetString(part)));
            Assert.Equal("56789", data.ToString());
            Assert.Equal("", await client.ReadLineAsync());
            Assert.Equal("abc", await ReadTextAsync(client, withHead: false));
            Assert.True((await scene.LanesAsync()).Responses["closed"] > closed);
            Assert.Equal((200, "hello\n"), await client.AskAsync(Wire.Request("/v1/hello")));
        }
        finally
        {
            Assert.Equal(0, scene.Scene.Ask("lanes", "set", "policy").ExitCode);
        }

        await UntilDecidedAsync(client);
    }

    /// <summary>A server that says hello, and to /v1/chunked what it is told, send by send.</summary>
    private WireServer Chunking(Func<string, IEnumerable<string>> answer) => new(scene.Scene, async wire =>
    {
        while (await wire.ReadHeadAsync() is { } head)
        {
            if (!head.Contains(" /v1/chunked", StringComparison.Ordinal))
            {
                await WireServer.HelloAsync(wire);
                continue;
            }

            foreach (var send in answer(head))
            {
                await wire.SendAsync(send);
            }
        }
    });

    /// <summary>Sends of servers whose bytes the kernel left to the proxy because it did not know.</summary>
    private async Task<ulong> TakenOverAsync() => (await scene.LanesAsync()).Responses["response"];

    private static async Task<string> ReadTextAsync(Wire client, bool withHead = true)
    {
        if (withHead)
        {
            Assert.Contains("Transfer-Encoding: chunked", await client.ReadHeadAsync(), StringComparison.Ordinal);
        }

        var text = new StringBuilder();
        await client.ReadChunksAsync(part => text.Append(Encoding.Latin1.GetString(part)));
        return text.ToString();
    }
}
