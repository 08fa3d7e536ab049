using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Lanes;

/// <summary>Two applications with no proxy in between, whose bytes pass by queue as long as both keep up.</summary>
[Collection("kernel")]
public sealed partial class DirectPairTests(DirectScene scene) : IClassFixture<DirectScene>
{
    private const int LargeSize = 64 * 1024 * 1024;

    [Fact]
    public async Task Bytes_OfManySizesBothWays_AreWholeAndPassByQueue()
    {
        using var server = Serve(EchoAsync);
        using var client = await ConnectAsync(server);
        var random = new Random(11);
        var total = 0L;
        for (var round = 0; round < 400; round++)
        {
            var message = new byte[random.Next(3) == 0 ? random.Next(1, 200_000) : random.Next(1, 2000)];
            random.NextBytes(message);
            var sending = client.SendAsync(message);
            var answer = new List<byte>();
            await client.ReadAsync(message.Length, part => answer.AddRange(part));
            await sending;
            Assert.True(message.AsSpan().SequenceEqual([.. answer]), $"round {round}: {message.Length} bytes differ");
            total += message.Length;
        }

        var pair = await scene.PairAsync(client);
        Assert.Equal(("joined", (ulong)total, (ulong)total), (pair?.State, pair!.BytesIn, pair.BytesOut));
    }

    [Fact]
    public async Task Server_ThatSpeaksFirst_IsHeardByQueue()
    {
        using var server = Serve(async wire =>
        {
            await wire.SendAsync("220 ready\r\n\r\n");
            await EchoAsync(wire);
        });
        for (var i = 0; i < 50; i++)
        {
            using var client = await Wire.ConnectAsync(scene.Scene, server.Address);
            Assert.Equal("220 ready", await client.ReadHeadAsync());
            await AskAsync(client, "hello");
            var pair = await scene.PairAsync(client);
            Assert.True(pair is null or { State: "leaving" or "joined", BytesOut: > 0 }, $"{pair}");
        }
    }

    [Fact]
    public async Task HalfClose_ByEitherEnd_LetsTheOtherEndFinish()
    {
        var large = new byte[500_000];
        new Random(3).NextBytes(large);
        using var server = Serve(async wire =>
        {
            var request = await ToEndAsync(wire);
            await wire.SendAsync(SHA256.HashData(request));
            await wire.SendAsync(large);
        });
        for (var i = 0; i < 10; i++)
        {
            using var client = await ConnectAsync(server);
            await client.SendAsync(large);
            client.Socket.Shutdown(SocketShutdown.Send);
            var answer = await ToEndAsync(client);
            Assert.True(
                answer.AsSpan().SequenceEqual([.. SHA256.HashData(large), .. large]), $"{answer.Length} bytes came");
        }
    }

    [Fact]
    public async Task Reset_WithBytesInTheQueue_EndsTheOtherEnd()
    {
        using var server = Serve(async wire =>
        {
            // The client is through with its connect: a reset that overtakes it is the connect's own failure.
            await wire.ReadHeadAsync();
            await wire.SendAsync("hello\r\n\r\n");
            wire.Socket.LingerState = new LingerOption(true, 0);
        });
        using var client = await Wire.ConnectAsync(scene.Scene, server.Address);
        await client.SendAsync("hello\r\n\r\n");
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            while (true)
            {
                await client.SendAsync("more");
                await client.ReadAsync(1);
            }
        });
    }

    [Fact]
    public async Task Connections_OpenedAndClosed_LeaveNoEntries()
    {
        using var server = Serve(EchoAsync);
        for (var i = 0; i < 300; i++)
        {
            using var client = await Wire.ConnectAsync(scene.Scene, server.Address);
            await AskAsync(client, $"{i}");
            if (i % 3 == 0)
            {
                client.Reset();
            }
        }

        var port = $":{server.Address.Port}";
        var left = string.Empty;
        await Wait.UntilAsync(
            async () =>
            {
                var pairs = (await scene.LanesAsync()).Direct.Pairs
                    .Where(p => p.Server.EndsWith(port, StringComparison.Ordinal));
                return (left = string.Join("; ", pairs)).Length == 0;
            },
            Wait.Patience,
            "the pairs to be gone",
            () => left);
    }

    [Fact]
    public async Task Upload_ToNginx_IsWhole()
    {
        using var directory = new TempDirectory();
        var large = RandomNumberGenerator.GetBytes(LargeSize);
        await File.WriteAllBytesAsync(directory.File("large"), large);
        var port = DirectScene.NextPort();
        await using var nginx = await NginxServer.StartAsync(scene.Scene.Lab, "server", port, $$"""
            client_max_body_size 0;
            location / { root {{directory.Path}}; dav_methods PUT; }
            """);
        using var curl = scene.Scene.Lab.Start(
            "client", "curl", "-sS", "--noproxy", "*", "-m", "60", "-w", "%{http_code}", "-T", directory.File("large"),
            $"http://{new IPEndPoint(scene.Scene.Lab["server"].IPv4, port)}/copy");
        Assert.Equal(0, await curl.WaitForExitAsync(TimeSpan.FromSeconds(70)));
        Assert.Equal("201", curl.Output.Trim());
        Assert.Equal(PartyScene.Hash(large), PartyScene.Hash(await File.ReadAllBytesAsync(directory.File("copy"))));
    }

    private WireServer Serve(Func<Wire, Task> serve) => new(scene.Scene, serve, port: DirectScene.NextPort());

    private async Task<Wire> ConnectAsync(WireServer server)
    {
        var client = await Wire.ConnectAsync(scene.Scene, server.Address);
        await scene.UntilJoinedAsync(client);
        return client;
    }

    private static async Task AskAsync(Wire client, string text)
    {
        await client.SendAsync(text);
        var answer = new List<byte>();
        await client.ReadAsync(text.Length, part => answer.AddRange(part));
        Assert.Equal(text, System.Text.Encoding.Latin1.GetString([.. answer]));
    }

    private static async Task EchoAsync(Wire wire)
    {
        var buffer = new byte[65536];
        for (int count; (count = await wire.Socket.ReceiveAsync(buffer.AsMemory())) > 0;)
        {
            await wire.SendAsync(buffer.AsMemory(0, count));
        }
    }

    private static async Task<byte[]> ToEndAsync(Wire wire)
    {
        using var all = new MemoryStream();
        using var timer = new CancellationTokenSource(Wait.Patience);
        var buffer = new byte[65536];
        for (int count; (count = await wire.Socket.ReceiveAsync(buffer.AsMemory(), timer.Token)) > 0;)
        {
            all.Write(buffer, 0, count);
        }

        return all.ToArray();
    }
}
