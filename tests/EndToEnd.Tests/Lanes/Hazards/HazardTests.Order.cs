using System.Security.Cryptography;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Lanes;

/// <summary>Hazard 1: a queue is read before what came over the stack.</summary>
public sealed partial class HazardTests
{
    private const int Tcp = 6;
    private const int DeferAccept = 9;

    /// <summary>
    /// The server's socket comes into being with the first bytes that the proxy sends it (TCP_DEFER_ACCEPT): those come
    /// over the stack. It answers before it reads the body, and the kernel would have the next request overtake that.
    /// </summary>
    [Fact]
    public async Task Order_BytesThatCameOverTheStack_AreReadBeforeTheKernelsRequest()
    {
        var (begin, read) = (new TaskCompletionSource(), new TaskCompletionSource());
        var body = new byte[200_000];
        new Random(9).NextBytes(body);
        var results = new List<string>();
        using var server = new WireServer(
            scene.Scene,
            async wire =>
            {
                try
                {
                    await begin.Task;
                    while (await wire.ReadHeadAsync() is { } head)
                    {
                        var length = Wire.ContentLength(head);
                        await WireServer.HelloAsync(wire);
                        if (length > 0)
                        {
                            await read.Task;
                            using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
                            await wire.ReadAsync(length, digest.AppendData);
                            results.Add(Convert.ToHexStringLower(digest.GetHashAndReset()));
                        }

                        results.Add(head.Split(' ')[1]);
                    }
                }
                catch (Exception e) when (e is not ObjectDisposedException)
                {
                    results.Add(e.Message);
                    throw;
                }
            },
            listener => listener.SetRawSocketOption(Tcp, DeferAccept, BitConverter.GetBytes(10)));
        using var client = await Wire.ConnectAsync(scene.Scene, server.Address);
        // Another connection sees to it that the rules are compiled.
        using (var other = new WireServer(scene.Scene, HelloAsync, port: WireServer.Port + 1))
        {
            (await WarmAsync(other.Address)).Dispose();
        }

        var stack = await scene.Scene.LaneBytesAsync("stack");
        await client.SendAsync(Wire.Request("/v1/first", "POST", $"Content-Length: {body.Length}\r\n"));
        await client.SendAsync(body);
        await Wait.UntilAsync(
            async () => await scene.Scene.LaneBytesAsync("stack") - stack >= body.Length, Wait.Patience,
            "the body to go over the stack");
        begin.SetResult();
        Assert.Equal((200, "hello\n"), await client.ReadResponseAsync());
        var order = await SaidAsync("order");

        await Wait.UntilAsync(
            async () => (await scene.LanesAsync()).Lanes.Any(
                l => l.Client == client.Socket.LocalEndPoint!.ToString() && l.State == "open"),
            Wait.Patience,
            "the lane to be open",
            scene.Scene.Agent.Captured);

        const int Asked = 3;
        for (var i = 0; i < Asked; i++)
        {
            await client.SendAsync(Wire.Request($"/v1/{i}"));
        }

        await Task.Delay(Moment);
        read.SetResult();
        await Wait.UntilAsync(() => results.Count > 0, Wait.Patience, "the server to read the body");
        Assert.Equal(PartyScene.Hash(body), results[0]);
        for (var i = 0; i < Asked; i++)
        {
            Assert.Equal((200, "hello\n"), await client.ReadResponseAsync());
        }

        string[] expected = [PartyScene.Hash(body), "/v1/first", .. Enumerable.Range(0, Asked).Select(i => $"/v1/{i}")];
        await Wait.UntilAsync(() => results.Count >= expected.Length, Wait.Patience, "the server to read all");
        Assert.Equal(expected, results);
        Assert.True(await SaidAsync("order") > order);
    }
}
