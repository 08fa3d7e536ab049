using System.Globalization;
using System.Net.Sockets;
using System.Net.WebSockets;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Lanes;

/// <summary>Much of it, and what is more than requests and responses.</summary>
public abstract partial class PartyTests
{
    public static TheoryData<string, string> Transfers
    {
        get
        {
            var pairs = new TheoryData<string, string>();
            foreach (var (client, server) in ((string, string)[])[
                ("dotnet", "kestrel"), ("node", "node"), ("python", "python"), ("curl", "asyncio"), ("curl", "java")])
            {
                if (Party.Names.Contains(server))
                {
                    pairs.Add(client, server);
                }
            }

            return pairs;
        }
    }

    [Theory]
    [MemberData(nameof(Transfers))]
    public async Task Transfer_LargeBothWays_IsWhole(string client, string server)
    {
        var party = await scene.ServerAsync(server);
        await scene.UntilDecidedAsync(async () =>
        {
            var hello = Enumerable.Repeat(Hello, 5);
            var name = $"put/{Guid.NewGuid():N}";
            PartyRequest[] requests =
                [.. hello, new("GET", "/v1/large"), .. hello, new("PUT", $"/v1/{name}", scene.LargeFile), .. hello];

            var answers = await PartyClient.RunAsync(client, scene.Scene, scene.Address(party), requests);

            Assert.Equal(requests.Length, answers.Count);
            Assert.Equal(
                (200, PartyScene.LargeSize, scene.LargeHash), (answers[5].Status, answers[5].Length, answers[5].Hash));
            var answer = PartyScene.Hash(System.Text.Encoding.ASCII.GetBytes(scene.LargeHash));
            Assert.Equal((200, answer), (answers[11].Status, answers[11].Hash));
            Assert.Equal(15, answers.Count(a => (a.Status, a.Hash) == (200, PartyScene.Hash("hello\n"u8))));
        });
    }

    [Theory]
    [InlineData("curl")]
    [InlineData("dotnet")]
    public async Task Download_OfAFileThatNginxSends_IsWhole(string client)
    {
        var party = await scene.ServerAsync("nginx");
        await scene.UntilDecidedAsync(async () =>
        {
            PartyRequest[] requests = [.. Enumerable.Repeat(Hello, 5), new("GET", "/v1/large"), Hello];
            var answers = await PartyClient.RunAsync(client, scene.Scene, scene.Address(party), requests);
            Assert.Equal((200, scene.LargeHash), (answers[5].Status, answers[5].Hash));
            Assert.Single(answers.Select(a => a.LocalPort).Distinct());
        });
    }

    /// <summary>
    /// nginx learns of bytes by edges, and stops at short reads: none may come that it is not told of.
    /// </summary>
    [Theory]
    [InlineData("curl")]
    [InlineData("dotnet")]
    public async Task Upload_ToNginx_IsWhole(string client)
    {
        var party = await scene.ServerAsync("nginx");
        var file = $"/v1/put/{client}-{Guid.NewGuid():N}";
        PartyRequest[] requests =
            [.. Enumerable.Repeat(Hello, 5), new("PUT", file, scene.LargeFile), new("GET", file), Hello];

        var answers = await PartyClient.RunAsync(client, scene.Scene, scene.Address(party), requests);

        Assert.Equal(requests.Length, answers.Count);
        Assert.Equal(201, answers[5].Status);
        Assert.Equal((200, scene.LargeHash), (answers[6].Status, answers[6].Hash));
    }

    /// <summary>nginx ends the connection after every ten requests.</summary>
    [Theory]
    [InlineData("curl")]
    [InlineData("dotnet")]
    [InlineData("node")]
    [InlineData("python")]
    public async Task KeepAlive_LimitOfTheServer_ClientGoesOn(string client)
    {
        var party = await scene.ServerAsync("nginx");
        await scene.UntilDecidedAsync(async () =>
        {
            PartyRequest[] requests = [.. Enumerable.Repeat(new PartyRequest("GET", "/v1/few"), 45)];
            var answers = await PartyClient.RunAsync(client, scene.Scene, scene.Address(party), requests);
            Assert.Equal(45, answers.Count(a => a.Status == 200));
        });
    }

    [Theory]
    [InlineData("nginx")]
    [InlineData("kestrel")]
    [InlineData("node")]
    public async Task Wrk_ManyConnections_SeesNoError(string server)
    {
        var party = await scene.ServerAsync(server);
        await scene.UntilDecidedAsync(async () =>
        {
            using var wrk = scene.Scene.Lab.Start(
                "client", "wrk", "-t1", "-c16", "-d1s", "--timeout", "20s", $"http://{scene.Address(party)}/v1/hello");
            Assert.Equal(0, await wrk.WaitForExitAsync(Wait.Patience));
            var number = wrk.Output.Split('\n').First(l => l.Contains(" requests in ", StringComparison.Ordinal)).Trim()
                .Split(' ')[0];
            Assert.True(int.Parse(number, CultureInfo.InvariantCulture) > 0, wrk.Output);
            Assert.DoesNotContain("Non-2xx", wrk.Output, StringComparison.Ordinal);
            Assert.DoesNotContain("Socket errors", wrk.Output, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task WebSocket_AfterRequests_CarriesBothWays()
    {
        var party = await scene.ServerAsync("kestrel");
        using var wire = await UpgradeAsync(party);
        using var socket = Client(wire);
        foreach (var size in (int[])[1, 125, 70_000, 1_000_000, 10])
        {
            await EchoAsync(socket, size);
        }

        using var timer = new CancellationTokenSource(Wait.Patience);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, timer.Token);
        Assert.Equal(WebSocketState.Closed, socket.State);
    }

    private static WebSocket Client(Wire wire) =>
        WebSocket.CreateFromStream(new NetworkStream(wire.Socket), new WebSocketCreationOptions { IsServer = false });

    /// <summary>Sends a message and gets it back.</summary>
    private static async Task EchoAsync(WebSocket socket, int size)
    {
        using var timer = new CancellationTokenSource(Wait.Patience);
        var message = new byte[size];
        new Random(size).NextBytes(message);
        var sending = socket.SendAsync(message, WebSocketMessageType.Binary, true, timer.Token);
        var received = new byte[size];
        var count = 0;
        for (ValueWebSocketReceiveResult part = default; !part.EndOfMessage; count += part.Count)
        {
            part = await socket.ReceiveAsync(received.AsMemory(count), timer.Token);
        }

        await sending;
        Assert.Equal(PartyScene.Hash(message), PartyScene.Hash(received.AsSpan(0, count)));
    }

    /// <summary>A connection that speaks WebSocket from here on.</summary>
    private async Task<Wire> UpgradeAsync(Party party)
    {
        var wire = await WarmAsync(party);
        await wire.SendAsync(Wire.Request(
            "/v1/socket",
            headers: "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"));
        Assert.StartsWith("HTTP/1.1 101 ", await wire.ReadHeadAsync(), StringComparison.Ordinal);
        return wire;
    }

    /// <summary>Streams of one connection; none of them is the kernel's.</summary>
    [Fact]
    public async Task Http2_PriorKnowledge_IsJudgedByStream()
    {
        var party = await scene.ServerAsync("kestrel2");
        using var client = new Conformance.Http2Client(scene.Scene.InNamespace("client"), scene.Address(party));
        for (var i = 0; i < 20; i++)
        {
            using var allowed = await AskAsync("/v1/hello");
            Assert.Equal((200, "hello\n"), ((int)allowed.StatusCode, await allowed.Content.ReadAsStringAsync()));
            using var denied = await AskAsync($"/secret/{i}");
            Assert.Equal(403, (int)denied.StatusCode);
            Assert.False(party.WasAsked($"GET /secret/{i}"));
        }

        using var large = await AskAsync("/v1/large");
        Assert.Equal(scene.LargeHash, PartyScene.Hash(await large.Content.ReadAsByteArrayAsync()));
        Assert.Equal(1, client.Connections);

        Task<HttpResponseMessage> AskAsync(string target) => client.Client.SendAsync(
            new HttpRequestMessage(HttpMethod.Get, $"http://{scene.Address(party)}{target}")
            {
                Version = System.Net.HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            });
    }
}
