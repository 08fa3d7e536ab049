using System.Net;
using System.Security.Cryptography;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Jumpgate.EndToEnd.Tests.Lanes;

/// <summary>What the kernel never decides goes from queue to queue all the same, and the proxy paces it.</summary>
public abstract partial class PartyTests
{
    [Fact]
    public async Task Http2_SmallRequests_PassByQueue()
    {
        var party = await scene.ServerAsync("kestrel2");
        using var client = new Conformance.Http2Client(scene.Scene.InNamespace("client"), scene.Address(party));
        await AskAsync(); // The connection to the server is there.

        await PassesByQueueAsync(async () =>
        {
            for (var i = 0; i < 20; i++)
            {
                await AskAsync();
            }
        });

        async Task AskAsync()
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{scene.Address(party)}/v1/hello")
            {
                Version = HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            };
            using var response = await client.Client.SendAsync(request);
            Assert.Equal("hello\n", await response.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task WebSocket_SmallMessages_PassByQueue()
    {
        var party = await scene.ServerAsync("kestrel");
        using var wire = await UpgradeAsync(party);
        using var socket = Client(wire);
        await PassesByQueueAsync(async () =>
        {
            for (var i = 0; i < 20; i++)
            {
                await EchoAsync(socket, 100 + i);
            }
        });
    }

    /// <summary>
    /// Nothing but the proxy holds this server back: the client has opened HTTP/2's windows as far as they go.
    /// </summary>
    [Fact]
    public async Task SlowReader_OfALargeHttp2Response_HoldsTheServerBack()
    {
        const int Piece = 64 * 1024;
        var large = await File.ReadAllBytesAsync(scene.LargeFile);
        var sent = 0L;
        var address = new IPEndPoint(scene.Scene.Lab["server"].Address(false), WireServer.Port);
        await using var server = await TestHttpServer.StartAsync(
            scene.Scene.Lab["server"].Namespace, address, HttpProtocols.Http2, async context =>
            {
                for (var at = 0; at < large.Length; at += Piece)
                {
                    await context.Response.Body.WriteAsync(large.AsMemory(at, Piece), context.RequestAborted);
                    Interlocked.Add(ref sent, Piece);
                }
            });
        using var client = await Wire.ConnectAsync(scene.Scene, address);

        await Http2Wire.AskAsync(client, "/v1/large");
        await Wait.UntilStillAsync(() => Interlocked.Read(ref sent), "the sender to be held back");

        Assert.InRange(Interlocked.Read(ref sent), 1, InFlightMax);
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await Http2Wire.ReadBodyAsync(client, digest.AppendData);
        Assert.Equal(scene.LargeHash, Convert.ToHexStringLower(digest.GetHashAndReset()));
    }

    /// <summary>All that is sent goes by queue, on both sides of the proxy.</summary>
    private async Task PassesByQueueAsync(Func<Task> work)
    {
        var (queue, stack) = (await scene.Scene.LaneBytesAsync("queue"), await scene.Scene.LaneBytesAsync("stack"));
        await work();
        Assert.True(await scene.Scene.LaneBytesAsync("queue") > queue);
        Assert.Equal(stack, await scene.Scene.LaneBytesAsync("stack"));
    }
}
