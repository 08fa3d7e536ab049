using Jumpgate.Http.Observation;
using Jumpgate.Http.Tests.Support;

namespace Jumpgate.Http.Tests.Http1;

/// <summary>
/// Hostile bytes end the connection with an answer, and nothing behind the bad point reaches the server.
/// </summary>
public class SmugglingTests
{
    private const string Inner = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

    [Theory]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 44\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0, 44\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +0\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length : 44\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\u000bchunked\r\n\r\n0\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nX: y\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nX: y\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nX: y\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\nHost: a\n\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a b\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nConnection: Host\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nConnection: content-length\r\nContent-Length: 44\r\n\r\n")]
    [InlineData("GET /a\\b HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET /\u0080 HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")]
    public async Task Serve_HostileHead_Gets400AndNothingBehindItIsForwarded(string hostile)
    {
        using var server = RawServer.Naming();
        await using var filter = await FilterHarness.StartAsync(server);
        using var client = await filter.ConnectAsync();
        const string First = "GET /first HTTP/1.1\r\nHost: a\r\n\r\n";
        await client.SendAsync(First + hostile + Inner);
        Assert.Equal("/first", (await client.ReadMessageAsync())!.Body);
        var answer = await client.ReadMessageAsync();
        Assert.Equal(400, answer!.Status);
        Assert.Equal("close", answer["Connection"]);
        Assert.Equal(string.Empty, await client.ReadToEndAsync());
        client.Dispose();
        await filter.FinishAsync();
        await server.FinishAsync();
        Assert.Equal(First, server.Received);
        Assert.Equal(
            [RequestOutcome.Forwarded, RequestOutcome.Rejected], filter.Observer.Counts.Select(c => c.Outcome));
    }

    [Theory]
    [InlineData("x\r\n")]
    [InlineData("-1\r\n")]
    [InlineData("+1\r\na\r\n")]
    [InlineData("0x1\r\na\r\n")]
    [InlineData("1 \r\na\r\n")]
    [InlineData(" 1\r\na\r\n")]
    [InlineData("1 ;x\r\na\r\n")]
    [InlineData("\r\n")]
    [InlineData(";x\r\n")]
    [InlineData("1\na\r\n")]
    [InlineData("1;x\ny\r\na\r\n")]
    [InlineData("1;x\ry\r\na\r\n")]
    [InlineData("10000000000000001\r\na\r\n")]
    [InlineData("fffffffffffffffff\r\na\r\n")]
    [InlineData("1\r\nab\r\n")]
    [InlineData("1\r\na\n0\r\n\r\n")]
    [InlineData("1\r\na\r0\r\n\r\n")]
    [InlineData("0\r\nContent-Length: 5\r\n\r\n")]
    [InlineData("0\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("0\r\nHost: b\r\n\r\n")]
    [InlineData("0\r\n folded: x\r\n\r\n")]
    [InlineData("0\r\nno colon\r\n\r\n")]
    [InlineData("0\r\nx : y\r\n\r\n")]
    [InlineData("0\r\nx: y\n\r\n")]
    public async Task Serve_HostileChunks_Get400AndTheServerSeesNoWholeRequest(string chunks)
    {
        using var server = RawServer.Naming();
        await using var filter = await FilterHarness.StartAsync(server);
        using var client = await filter.ConnectAsync();
        await client.SendAsync(
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n" + chunks + Inner);
        var answer = await client.ReadMessageAsync();
        Assert.Equal(400, answer!.Status);
        Assert.Equal(string.Empty, await client.ReadToEndAsync());
        client.Dispose();
        await filter.FinishAsync();
        await server.FinishAsync();
        Assert.DoesNotContain("smuggled", server.Received, StringComparison.Ordinal);
        Assert.DoesNotContain("\r\n0\r\n\r\n", server.Received, StringComparison.Ordinal);
        Assert.Equal(RequestOutcome.Rejected, Assert.Single(filter.Observer.Counts).Outcome);
    }

    [Fact]
    public async Task Serve_OversizedHead_Gets431()
    {
        using var server = RawServer.Naming();
        await using var filter = await FilterHarness.StartAsync(server);
        using var client = await filter.ConnectAsync();
        await client.SendAsync($"GET / HTTP/1.1\r\nHost: a\r\nX: {new string('x', 65536)}\r\n\r\n");
        Assert.Equal(431, (await client.ReadMessageAsync())!.Status);
        Assert.Equal(string.Empty, await client.ReadToEndAsync());
        Assert.Empty(server.Connections);
    }

    [Fact]
    public async Task Serve_HeadBelowTheLimit_Passes()
    {
        using var server = RawServer.Naming();
        await using var filter = await FilterHarness.StartAsync(server);
        using var client = await filter.ConnectAsync();
        await client.SendAsync($"GET /big HTTP/1.1\r\nHost: a\r\nX: {new string('x', 65000)}\r\n\r\n");
        Assert.Equal("/big", (await client.ReadMessageAsync())!.Body);
    }

    [Theory]
    [InlineData("GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505)]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nExpect: magic\r\n\r\n", 417)]
    public async Task Serve_UnsupportedDemand_IsNamedAndCloses(string request, int status)
    {
        using var server = RawServer.Naming();
        await using var filter = await FilterHarness.StartAsync(server);
        using var client = await filter.ConnectAsync();
        await client.SendAsync(request);
        Assert.Equal(status, (await client.ReadMessageAsync())!.Status);
        Assert.Equal(string.Empty, await client.ReadToEndAsync());
    }

    [Fact]
    public async Task Serve_TruncatedBody_NeverLooksWholeToTheServer()
    {
        var ended = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var server = new RawServer(async connection =>
        {
            try
            {
                await connection.ReadToEndAsync();
                ended.SetResult(true);
            }
            catch (System.Net.Sockets.SocketException)
            {
                ended.SetResult(false);
            }
        });
        await using var filter = await FilterHarness.StartAsync(server);
        using var client = await filter.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
        client.FinishSending();
        Assert.False(await ended.Task.Within());
        await filter.FinishAsync();
        Assert.Equal(RequestOutcome.Error, Assert.Single(filter.Observer.Counts).Outcome);
    }
}
