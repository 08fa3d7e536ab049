using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Lanes;

/// <summary>Responses whose length their server does not say.</summary>
public abstract partial class PartyTests
{
    /// <summary>Servers that answer <c>/v1/chunked</c> in chunks.</summary>
    public static TheoryData<string> Chunking => [.. Party.Names.Where(name => name != "nginx")];

    [Theory]
    [MemberData(nameof(Chunking))]
    public async Task Chunked_SmallAnswers_AreTheKernelsWhereItDecides(string server)
    {
        const int Count = 20;
        var party = await scene.ServerAsync(server);
        using var client = await WarmAsync(party);
        var before = await scene.LanesAsync();
        for (var i = 0; i < Count; i++)
        {
            await client.SendAsync(Wire.Request("/v1/chunked"));
            Assert.Contains(
                "\r\nTransfer-Encoding: chunked", await client.ReadHeadAsync(), StringComparison.OrdinalIgnoreCase);
            var body = new StringBuilder();
            await client.ReadChunksAsync(part => body.Append(Encoding.Latin1.GetString(part)));
            Assert.Equal("hello\n", body.ToString());
        }

        var after = await scene.LanesAsync();
        Assert.Equal(scene.KernelDecides ? Count : 0ul, after.Requests["decided"] - before.Requests["decided"]);
        Assert.Equal(before.Responses["response"], after.Responses["response"]);
        Assert.Equal(scene.KernelDecides, after.Responses["decided"] >= before.Responses["decided"] + Count);
    }

    /// <summary>It begins in the kernel, and is the proxy's from where the reader does not keep up.</summary>
    [Fact]
    public async Task SlowReader_OfALargeChunkedResponse_HoldsTheServerBack()
    {
        var large = await File.ReadAllBytesAsync(scene.LargeFile);
        var sent = 0L;
        using var server = new WireServer(scene.Scene, async wire =>
        {
            var random = new Random(11);
            while (await wire.ReadHeadAsync() is { } head)
            {
                if (!head.StartsWith("GET /v1/large", StringComparison.Ordinal))
                {
                    await WireServer.HelloAsync(wire);
                    continue;
                }

                await wire.SendAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                for (var at = 0; at < large.Length;)
                {
                    var size = Math.Min(random.Next(1, 100_000), large.Length - at);
                    byte[] chunk =
                    [
                        .. Encoding.ASCII.GetBytes(size.ToString("X", CultureInfo.InvariantCulture)), .. "\r\n"u8,
                        .. large.AsSpan(at, size), .. "\r\n"u8,
                    ];
                    await wire.SendAsync(chunk);
                    Interlocked.Add(ref sent, size);
                    at += size;
                }

                await wire.SendAsync("0\r\n\r\n");
            }
        });
        using var client = await WarmAsync(server.Address);
        var before = await scene.LanesAsync();

        await client.SendAsync(Wire.Request("/v1/large"));
        await Wait.UntilStillAsync(() => Interlocked.Read(ref sent), "the sender to be held back");

        Assert.InRange(Interlocked.Read(ref sent), 1, InFlightMax);
        var after = await scene.LanesAsync();
        Assert.Equal(scene.KernelDecides, after.Responses["decided"] > before.Responses["decided"]);
        Assert.Equal(scene.KernelDecides, after.Responses["reader-full"] > before.Responses["reader-full"]);
        await client.ReadHeadAsync();
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await client.ReadChunksAsync(digest.AppendData);
        Assert.Equal(scene.LargeHash, Convert.ToHexStringLower(digest.GetHashAndReset()));
        Assert.Equal((200, "hello\n"), await client.AskAsync(Wire.Request("/v1/hello")));
    }
}
