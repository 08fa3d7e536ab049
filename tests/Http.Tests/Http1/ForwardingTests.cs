using Jumpgate.Http.Observation;
using Jumpgate.Http.Tests.Support;

namespace Jumpgate.Http.Tests.Http1;

/// <summary>Bodies, interim responses, tunnels and servers that misbehave.</summary>
public class ForwardingTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    [Fact]
    public async Task Serve_ChunkedRequest_IsFramedAnewWithoutExtensionsAndKeepsTrailers()
    {
        using var server = RawServer.Answering(r => RawServer.Text(r.Body));
        await using var filter = await FilterHarness.StartAsync(server);
        using var client = await filter.ConnectAsync();
        await client.SendAsync(
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0003;a=b\r\nabc\r\nA;\"x\r\n0123456789\r\n000;z\r\nT: u\r\n\r\n");
        Assert.Equal("3\r\nabc\r\na\r\n0123456789\r\n0\r\nT: u\r\n\r\n", (await client.ReadMessageAsync())!.Body);
        await client.SendAsync(Get);
        Assert.Equal(200, (await client.ReadMessageAsync())!.Status);
        Assert.Single(server.Connections);
    }

    [Fact]
    public async Task Serve_ChunkedResponse_KeepsItsTrailersAndTheConnection()
    {
        using var server = RawServer.Answering(
            _ => "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: T\r\n\r\n3;x=y\r\nabc\r\n0\r\nT: u\r\n\r\n");
        await using var filter = await FilterHarness.StartAsync(server);
        using var client = await filter.ConnectAsync();
        for (var i = 0; i < 2; i++)
        {
            await client.SendAsync(Get);
            Assert.Equal("3\r\nabc\r\n0\r\nT: u\r\n\r\n", (await client.ReadMessageAsync())!.Body);
        }
    }

    [Fact]
    public async Task Serve_ExpectContinueAllowed_InterimResponsePasses()
    {
        using var server = new RawServer(async connection =>
        {
            var head = await connection.ReadHeadAsync();
            Assert.Contains("Expect: 100-continue\r\n", head, StringComparison.Ordinal);
            await connection.SendAsync("HTTP/1.1 100 Continue\r\n\r\n");
            await connection.SendAsync(RawServer.Text(await connection.ReadExactAsync(4)));
            await connection.ReadToEndAsync();
        });
        await using var filter = await FilterHarness.StartAsync(server);
        using var client = await filter.ConnectAsync();
        await client.SendAsync("PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
        Assert.Equal("HTTP/1.1 100 Continue\r\n\r\n", await client.ReadHeadAsync());
        await client.SendAsync("body");
        Assert.Equal("body", (await client.ReadMessageAsync())!.Body);
    }

    [Fact]
    public async Task Serve_ExpectContinueDenied_Gets403WithoutAnInterimResponse()
    {
        using var server = RawServer.Naming();
        await using var filter = await FilterHarness.StartAsync(server);
        using var client = await filter.ConnectAsync();
        await client.SendAsync("PUT /denied HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
        Assert.Equal(403, (await client.ReadMessageAsync())!.Status);
        Assert.Empty(server.Connections);
    }

    [Theory]
    [InlineData("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")]
    [InlineData("HEAD", "HTTP/1.1 200 OK\r\n\r\n")]
    [InlineData("GET", "HTTP/1.1 204 No Content\r\n\r\n")]
    [InlineData("GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 1000\r\n\r\n")]
    [InlineData("GET", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("GET", "HTTP/1.1 299\r\nContent-Length: 0\r\n\r\n")]
    public async Task Serve_ResponseWithoutBody_KeepsTheConnection(string method, string response)
    {
        using var server = RawServer.Answering(_ => response);
        await using var filter = await FilterHarness.StartAsync(server);
        using var client = await filter.ConnectAsync();
        for (var i = 0; i < 2; i++)
        {
            await client.SendAsync($"{method} / HTTP/1.1\r\nHost: a\r\n\r\n");
            Assert.Equal(response, await client.ReadHeadAsync());
        }
    }

    [Fact]
    public async Task Serve_Http10Client_IsAnsweredAndClosed()
    {
        using var server = RawServer.Answering(r => RawServer.Text(r.FirstLine));
        await using var filter = await FilterHarness.StartAsync(server);
        using var client = await filter.ConnectAsync();
        await client.SendAsync("GET /x HTTP/1.0\r\nHost: a\r\n\r\n");
        Assert.Equal("GET /x HTTP/1.0", (await client.ReadMessageAsync())!.Body);
        Assert.Equal(string.Empty, await client.ReadToEndAsync());
        Assert.Equal("HTTP/1.0", Assert.Single(filter.Observer.Counts).Protocol);
    }

    [Fact]
    public async Task Serve_ChunkedResponseToHttp10_ArrivesWithoutChunks()
    {
        using var server = RawServer.Answering(
            _ => "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nT: u\r\n\r\n");
        await using var filter = await FilterHarness.StartAsync(server);
        using var client = await filter.ConnectAsync();
        await client.SendAsync("GET /x HTTP/1.0\r\nHost: a\r\n\r\n");
        Assert.DoesNotContain("chunked", await client.ReadHeadAsync(), StringComparison.OrdinalIgnoreCase);
        Assert.Equal("abcde", await client.ReadToEndAsync());
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.0 200 OK\r\nX: y\r\n\r\n")]
    public async Task Serve_BodyUntilClose_ArrivesWholeAndCloses(string head)
    {
        using var server = new RawServer(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync(head + new string('x', 100_000));
        });
        await using var filter = await FilterHarness.StartAsync(server);
        using var client = await filter.ConnectAsync();
        await client.SendAsync(Get);
        Assert.Contains("Connection: close\r\n", await client.ReadHeadAsync(), StringComparison.Ordinal);
        Assert.Equal(100_000, (await client.ReadToEndAsync()).Length);
    }

    [Fact]
    public async Task Serve_WebSocketUpgrade_BecomesATunnelWithHalfClose()
    {
        using var server = new RawServer(async connection =>
        {
            var head = await connection.ReadHeadAsync();
            Assert.Equal("websocket", RawMessage.HeaderOf(head!, "Upgrade"));
            await connection.SendAsync(
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nhello");
            await connection.SendAsync("<" + await connection.ReadToEndAsync() + ">");
        });
        await using var filter = await FilterHarness.StartAsync(server);
        using var client = await filter.ConnectAsync();
        await client.SendAsync(
            "GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX: y\r\n\r\nGET /denied HTTP/1.1\r\n\r\n");
        var head = await client.ReadHeadAsync();
        Assert.StartsWith("HTTP/1.1 101 ", head, StringComparison.Ordinal);
        Assert.Equal("websocket", RawMessage.HeaderOf(head!, "Upgrade"));
        Assert.Equal("hello", await client.ReadExactAsync(5));
        await client.SendAsync("frames\0\u00ff");
        client.FinishSending();
        Assert.Equal("<GET /denied HTTP/1.1\r\n\r\nframes\0\u00ff>", await client.ReadToEndAsync());
        await filter.FinishAsync();
        Assert.Equal(101, Assert.Single(filter.Observer.Counts).Status);
    }

    [Theory]
    [InlineData("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n")]
    [InlineData("Connection: Upgrade\r\nUpgrade: websocket, H2C\r\n")]
    [InlineData("Upgrade: websocket\r\n")]
    public async Task Serve_UpgradeThatMayNotBe_IsNotOffered(string fields)
    {
        using var server = RawServer.Answering(r => RawServer.Text(r.Head));
        await using var filter = await FilterHarness.StartAsync(server);
        using var client = await filter.ConnectAsync();
        await client.SendAsync($"GET / HTTP/1.1\r\nHost: a\r\n{fields}\r\n");
        Assert.Equal(Get, (await client.ReadMessageAsync())!.Body);
    }

    [Fact]
    public async Task Serve_ServerSwitchesUnasked_Is502()
    {
        using var server =
            RawServer.Answering(_ => "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n");
        await using var filter = await FilterHarness.StartAsync(server);
        using var client = await filter.ConnectAsync();
        await client.SendAsync(Get);
        Assert.Equal(502, (await client.ReadMessageAsync())!.Status);
    }

    [Fact]
    public async Task Serve_ConnectAllowed_BecomesATunnel()
    {
        using var server = new RawServer(async connection =>
        {
            Assert.Equal("CONNECT b:443 HTTP/1.1\r\nHost: b:443\r\n\r\n", await connection.ReadHeadAsync());
            await connection.SendAsync("HTTP/1.1 200 Established\r\n\r\n");
            await connection.SendAsync(await connection.ReadToEndAsync());
        });
        await using var filter = await FilterHarness.StartAsync(server);
        using var client = await filter.ConnectAsync();
        await client.SendAsync("CONNECT b:443 HTTP/1.1\r\nHost: b:443\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200 ", await client.ReadHeadAsync(), StringComparison.Ordinal);
        await client.SendAsync("\u0016\u0003\u0001");
        client.FinishSending();
        Assert.Equal("\u0016\u0003\u0001", await client.ReadToEndAsync());
        Assert.Equal(["CONNECT b:443 b:443"], filter.Policy.Judged);
    }

    [Fact]
    public async Task Serve_ServerRefusesTheConnection_Is502()
    {
        var server = RawServer.Naming();
        var address = server.Address;
        server.Dispose();
        await using var filter = await FilterHarness.StartAsync(address);
        using var client = await filter.ConnectAsync();
        await client.SendAsync(Get);
        Assert.Equal(502, (await client.ReadMessageAsync())!.Status);
        Assert.Equal(string.Empty, await client.ReadToEndAsync());
        Assert.Equal(RequestOutcome.Error, Assert.Single(filter.Observer.Counts).Outcome);
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\nContent-Length: 0\n\n")]
    [InlineData("HTTP/1.1 abc OK\r\n\r\n")]
    [InlineData("HTTP/2.0 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 20\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX : y\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX: y\r\n z\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX: \0\r\n\r\n")]
    [InlineData("")]
    [InlineData("HTTP/1.1 20")]
    public async Task Serve_ServerSpeaksNonsense_Is502(string response)
    {
        using var server = new RawServer(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync(response);
        });
        await using var filter = await FilterHarness.StartAsync(server);
        using var client = await filter.ConnectAsync();
        await client.SendAsync(Get);
        Assert.Equal(502, (await client.ReadMessageAsync())!.Status);
        Assert.Equal(string.Empty, await client.ReadToEndAsync());
        Assert.Equal(RequestOutcome.Error, Assert.Single(filter.Observer.Counts).Outcome);
    }

    [Fact]
    public async Task Serve_ServerClosedWhileIdle_NextRequestGetsANewConnection()
    {
        using var server = new RawServer(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync(RawServer.Text("once"));
        });
        await using var filter = await FilterHarness.StartAsync(server);
        using var client = await filter.ConnectAsync();
        for (var i = 0; i < 5; i++)
        {
            await client.SendAsync(Get);
            Assert.Equal("once", (await client.ReadMessageAsync())!.Body);
        }

        Assert.Equal(5, server.Connections.Count);
    }

    [Fact]
    public async Task Serve_EarlyAnswerWithClose_ReachesAClientThatIsStillSending()
    {
        using var server = new RawServer(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig");
            await connection.ReadToEndAsync();
        });
        await using var filter = await FilterHarness.StartAsync(server);
        using var client = await filter.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
        var answer = await client.ReadMessageAsync();
        Assert.Equal("big", answer!.Body);
        await client.SendAsync("5\r\nagain\r\n");
        await client.SendAsync("5\r\nagain\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal(string.Empty, await client.ReadToEndAsync());
        client.Dispose();
        await filter.FinishAsync();
        Assert.DoesNotContain("smuggled", server.Received, StringComparison.Ordinal);
        Assert.Equal(413, Assert.Single(filter.Observer.Counts).Status);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Serve_LargeBodies_ArriveIntactInBothDirections(bool chunked)
    {
        var body = new byte[10 * 1024 * 1024];
        new Random(1).NextBytes(body);
        using var server = new RawServer(async connection =>
        {
            // Echoes as it reads, so that both directions move at once.
            await connection.ReadHeadAsync();
            var frame = chunked ? "Transfer-Encoding: chunked" : $"Content-Length: {body.Length}";
            await connection.SendAsync($"HTTP/1.1 200 OK\r\n{frame}\r\n\r\n");
            var buffer = new byte[64 * 1024];
            var rest = chunked ? body.Length + ("a00000\r\n\r\n0\r\n\r\n".Length) : body.Length;
            var buffered = connection.TakeBuffered();
            await connection.SendAsync(buffered);
            rest -= buffered.Length;
            while (rest > 0)
            {
                var count = await connection.Socket.ReceiveAsync(buffer.AsMemory()).AsTask().Within();
                Assert.True(count > 0);
                await connection.SendAsync(buffer.AsMemory(0, count));
                rest -= count;
            }
        });
        await using var filter = await FilterHarness.StartAsync(server);
        using var client = await filter.ConnectAsync();
        var echoed = ReadBodyAsync(client, body.Length, chunked);
        await client.SendAsync(
            $"POST / HTTP/1.1\r\nHost: a\r\n{(chunked ? "Transfer-Encoding: chunked" : $"Content-Length: {body.Length}")}\r\n\r\n"
            + (chunked ? "a00000\r\n" : string.Empty));
        await client.SendAsync(body);
        await client.SendAsync(chunked ? "\r\n0\r\n\r\n" : string.Empty);
        var received = await echoed.Within();
        Assert.True(body.AsSpan().SequenceEqual(received));
    }

    private static async Task<byte[]> ReadBodyAsync(RawConnection client, int length, bool chunked)
    {
        var head = new List<byte>();
        var one = new byte[1];
        var separators = chunked ? 2 : 1;
        while (separators > 0)
        {
            Assert.Equal(1, await client.Socket.ReceiveAsync(one.AsMemory()).AsTask().Within());
            head.Add(one[0]);
            if (head.Count >= 2 && head[^1] == '\n'
                && (separators == 1 && chunked || head is [.., _, _, 13, 10] && head[^3] == '\n'))
            {
                separators--;
            }
        }

        var body = new byte[length];
        for (var read = 0; read < length;)
        {
            var count = await client.Socket.ReceiveAsync(body.AsMemory(read)).AsTask().Within();
            Assert.True(count > 0, $"ended after {read} bytes");
            read += count;
        }

        return body;
    }
}
