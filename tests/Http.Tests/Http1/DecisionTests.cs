using Jumpgate.Http.Observation;
using Jumpgate.Http.Tests.Support;
using Jumpgate.Policy.Http;

namespace Jumpgate.Http.Tests.Http1;

/// <summary>What is judged, what a denial looks like, and what the connection is good for afterwards.</summary>
public class DecisionTests
{
    internal const string DeniedAnswer =
        "HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\nContent-Length: 15\r\n\r\nAccess denied\r\n";

    [Fact]
    public async Task Serve_AllowedRequest_PassesByteForByte()
    {
        using var server = RawServer.Naming();
        await using var filter = await FilterHarness.StartAsync(server);
        using var client = await filter.ConnectAsync();
        const string Request = "GET /a?b=%2F HTTP/1.1\r\nhOsT: a.b:80\r\nX-Odd:   y  \r\nx-odd:z\r\n\r\n";
        await client.SendAsync(Request);
        var answer = await client.ReadMessageAsync();
        Assert.Equal("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n", answer!.Head);
        Assert.Equal("/a?b=%2F", answer.Body);
        Assert.Equal(Request, server.Received);
        Assert.Equal(["GET /a?b=%2F a.b:80"], filter.Policy.Judged);
    }

    [Fact]
    public async Task Serve_DeniedRequest_GetsExactly403AndNeverReachesTheServer()
    {
        using var server = RawServer.Naming();
        await using var filter = await FilterHarness.StartAsync(server);
        using var client = await filter.ConnectAsync();
        await client.SendAsync("GET /denied HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal(DeniedAnswer, await client.ReadExactAsync(DeniedAnswer.Length));
        Assert.Empty(server.Connections);
        Assert.Equal(RequestOutcome.Denied, Assert.Single(filter.Observer.Counts).Outcome);
        Assert.Equal(403, Assert.Single(filter.Observer.Records).Status);
    }

    [Fact]
    public async Task Serve_DeniedHead_GetsNoBody()
    {
        using var server = RawServer.Naming();
        await using var filter = await FilterHarness.StartAsync(server);
        using var client = await filter.ConnectAsync();
        await client.SendAsync("HEAD /denied HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal(403, (await client.ReadMessageAsync(bodiless: true))!.Status);
        Assert.Equal("/b", (await client.ReadMessageAsync())!.Body);
    }

    [Theory]
    [InlineData("GET /denied HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("POST /denied HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nGET /")]
    [InlineData("POST /denied HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("POST /denied HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData(
        "POST /denied HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        + "5;a=b\r\nGET /\r\nA\r\n0\r\n\r\n01234\r\n0\r\nX: 1\r\nY: 2\r\n\r\n")]
    public async Task Serve_AfterADenial_ConnectionStaysUsable(string denied)
    {
        using var server = RawServer.Naming();
        await using var filter = await FilterHarness.StartAsync(server);
        using var client = await filter.ConnectAsync();
        for (var i = 0; i < 3; i++)
        {
            await client.SendAsync(denied);
            Assert.Equal(DeniedAnswer, await client.ReadExactAsync(DeniedAnswer.Length));
            await client.SendAsync("GET /next HTTP/1.1\r\nHost: a\r\n\r\n");
            Assert.Equal("/next", (await client.ReadMessageAsync())!.Body);
        }

        Assert.Single(server.Connections);
    }

    [Theory]
    [InlineData("fffff\r\n")]
    [InlineData("zz\r\n")]
    [InlineData("5\n")]
    [InlineData("1\r\nab\r\n0\r\n\r\n")]
    [InlineData("0\r\nContent-Length: 5\r\n\r\n")]
    public async Task Serve_DeniedChunksWithoutACertainEnd_ClosesTheConnectionAfterThe403(string body)
    {
        using var server = RawServer.Naming();
        await using var filter = await FilterHarness.StartAsync(server);
        using var client = await filter.ConnectAsync();
        await client.SendAsync($"POST /denied HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{body}");
        await client.SendAsync("GET /next HTTP/1.1\r\nHost: a\r\n\r\n");
        var answer = await client.ReadMessageAsync();
        Assert.Equal((403, "close"), (answer!.Status, answer["Connection"]));
        Assert.Equal(string.Empty, await client.ReadToEndAsync());
        Assert.Empty(server.Connections);
    }

    [Fact]
    public async Task Serve_DeniedChunkedBodyInSingleBytes_KeepsTheConnection()
    {
        using var server = RawServer.Naming();
        await using var filter = await FilterHarness.StartAsync(server);
        using var client = await filter.ConnectAsync();
        foreach (var c in "POST /denied HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX: 1\r\n\r\n")
        {
            await client.SendAsync(c.ToString());
        }

        Assert.Equal(DeniedAnswer, await client.ReadExactAsync(DeniedAnswer.Length));
        await client.SendAsync("GET /next HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal("/next", (await client.ReadMessageAsync())!.Body);
    }

    [Fact]
    public async Task Serve_DeniedBodyTooLargeToRead_ClosesTheConnectionAfterThe403()
    {
        using var server = RawServer.Naming();
        await using var filter = await FilterHarness.StartAsync(server);
        using var client = await filter.ConnectAsync();
        await client.SendAsync("POST /denied HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nabc");
        var answer = await client.ReadMessageAsync();
        Assert.Equal(403, answer!.Status);
        Assert.Equal("close", answer["Connection"]);
        Assert.Equal(string.Empty, await client.ReadToEndAsync());
    }

    [Fact]
    public async Task Serve_PipelinedMix_IsAnsweredInOrder()
    {
        using var server = RawServer.Naming();
        await using var filter = await FilterHarness.StartAsync(server);
        using var client = await filter.ConnectAsync();
        string[] targets = ["/1", "/denied/2", "/3", "/denied/4", "/denied/5", "/6"];
        await client.SendAsync(string.Concat(targets.Select(t => $"GET {t} HTTP/1.1\r\nHost: a\r\n\r\n")));
        foreach (var target in targets)
        {
            var answer = await client.ReadMessageAsync();
            Assert.Equal(target.StartsWith("/denied", StringComparison.Ordinal)
                ? "Access denied\r\n" : target, answer!.Body);
        }

        Assert.DoesNotContain("denied", server.Received, StringComparison.Ordinal);
        Assert.Equal(6, filter.Observer.Counts.Length);
    }

    [Fact]
    public async Task Serve_RequestInTwoPartsAtEveryByte_IsServedAlike()
    {
        const string Request =
            "POST /a%62 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;x\r\nabc\r\n0\r\nT: u\r\n\r\n";
        using var server = RawServer.Answering(r => RawServer.Text(r.Target + r.Body));
        await using var filter = await FilterHarness.StartAsync(server);
        for (var split = 1; split < Request.Length; split++)
        {
            using var client = await filter.ConnectAsync();
            await client.SendAsync(Request[..split]);
            await client.SendAsync(Request[split..]);
            Assert.Equal("/ab3\r\nabc\r\n0\r\nT: u\r\n\r\n", (await client.ReadMessageAsync())!.Body);
        }
    }

    [Fact]
    public async Task Serve_RequestByteByByte_IsServed()
    {
        using var server = RawServer.Naming();
        await using var filter = await FilterHarness.StartAsync(server);
        using var client = await filter.ConnectAsync();
        foreach (var b in "\r\nPRI / HTTP/1.1\r\nHost: a\r\n\r\nPUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nz")
        {
            await client.SendAsync(b.ToString());
        }

        Assert.Equal("/", (await client.ReadMessageAsync())!.Body);
        Assert.Equal("/x", (await client.ReadMessageAsync())!.Body);
    }

    [Fact]
    public async Task Serve_PolicyChangesBetweenTwoRequests_EachIsJudgedByItsMoment()
    {
        using var server = RawServer.Naming();
        await using var filter = await FilterHarness.StartAsync(server);
        using var client = await filter.ConnectAsync();
        foreach (var (verdict, status) in new[]
            { (HttpVerdict.Allowed, 200), (HttpVerdict.Denied, 403), (HttpVerdict.Audit, 200),
                (HttpVerdict.Denied, 403) })
        {
            filter.Policy.Judge = (in HttpRequestView _) => TestPolicy.Of(verdict);
            await client.SendAsync("GET /same HTTP/1.1\r\nHost: a\r\n\r\n");
            Assert.Equal(status, (await client.ReadMessageAsync())!.Status);
        }

        client.FinishSending();
        await client.ReadToEndAsync();
        await filter.FinishAsync();
        Assert.Equal(
            [RequestOutcome.Forwarded, RequestOutcome.Denied, RequestOutcome.Audit, RequestOutcome.Denied],
            filter.Observer.Counts.Select(c => c.Outcome));
    }

    [Theory]
    [InlineData("/x/%2e%2e/denied", "GET /denied a")]
    [InlineData("//denied", "GET /denied a")]
    [InlineData("/./denied", "GET /denied a")]
    [InlineData("/%64enied", "GET /denied a")]
    [InlineData("http://a/denied", "GET /denied a")]
    [InlineData("http://a//x/../denied?y", "GET /denied?y a")]
    public async Task Serve_DisguisedTarget_IsJudgedNormalised(string target, string judged)
    {
        using var server = RawServer.Naming();
        await using var filter = await FilterHarness.StartAsync(server);
        using var client = await filter.ConnectAsync();
        await client.SendAsync($"GET {target} HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal(403, (await client.ReadMessageAsync())!.Status);
        Assert.Equal([judged], filter.Policy.Judged);
    }

    [Theory]
    [InlineData("/denied/../ok", "/ok")]
    [InlineData("/a//b%2Dc?d=//../%2e", "/a/b-c?d=//../%2e")]
    [InlineData("http://a/x?y", "/x?y")]
    public async Task Serve_NormalisedTarget_IsForwardedAsDecided(string target, string forwarded)
    {
        using var server = RawServer.Naming();
        await using var filter = await FilterHarness.StartAsync(server);
        using var client = await filter.ConnectAsync();
        await client.SendAsync($"GET {target} HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal(forwarded, (await client.ReadMessageAsync())!.Body);
    }

    [Fact]
    public async Task Serve_EscapedSlash_IsRedirectedAndTheConnectionStays()
    {
        using var server = RawServer.Naming();
        await using var filter = await FilterHarness.StartAsync(server);
        using var client = await filter.ConnectAsync();
        await client.SendAsync("GET /a%2Fb?c HTTP/1.1\r\nHost: a\r\n\r\nGET /n HTTP/1.1\r\nHost: a\r\n\r\n");
        var answer = await client.ReadMessageAsync();
        Assert.Equal(307, answer!.Status);
        Assert.Equal("/a/b?c", answer["Location"]);
        Assert.Equal("/n", (await client.ReadMessageAsync())!.Body);
        Assert.Equal(["GET /n a"], filter.Policy.Judged);
        Assert.Equal(RequestOutcome.Rejected, filter.Observer.Counts[0].Outcome);
    }

    [Fact]
    public async Task Serve_NominatedHeader_IsNeitherJudgedNorForwarded()
    {
        using var server = RawServer.Answering(r => RawServer.Text(r.Head));
        await using var filter = await FilterHarness.StartAsync(server);
        var seen = false;
        filter.Policy.Judge = (in HttpRequestView request) =>
        {
            seen |= request.Headers.TryGet("X-Has-Force", out _) || request.Headers.TryGet("Connection", out _);
            return request.Headers.TryGet("X-Other", out var other) && other == "1,2"
                ? TestPolicy.Allowed : TestPolicy.Denied;
        };
        using var client = await filter.ConnectAsync();
        await client.SendAsync(
            "GET / HTTP/1.1\r\nHost: a\r\nx-other: 1\r\nX-Has-Force: true\r\nX-OTHER:2 \r\nConnection: keep-alive, x-has-force\r\n"
            + "Keep-Alive: timeout=5\r\nTE: trailers\r\nProxy-Connection: keep-alive\r\n\r\n");
        Assert.Equal(
            "GET / HTTP/1.1\r\nHost: a\r\nx-other: 1\r\nX-OTHER:2 \r\n\r\n", (await client.ReadMessageAsync())!.Body);
        Assert.False(seen);
    }

    [Fact]
    public async Task Serve_HeaderMutations_ReachTheServer()
    {
        using var server = RawServer.Answering(r => RawServer.Text(r.Head));
        await using var filter = await FilterHarness.StartAsync(server);
        filter.Policy.Judge = static (in HttpRequestView _) => TestPolicy.Of(
            HttpVerdict.Allowed,
            new HeaderMutation(HeaderMutationKind.Add, "X-Add", "new"),
            new HeaderMutation(HeaderMutationKind.Replace, "X-Replace", "new"),
            new HeaderMutation(HeaderMutationKind.Delete, "X-Delete", null));
        using var client = await filter.ConnectAsync();
        await client.SendAsync(
            "GET / HTTP/1.1\r\nHost: a\r\nx-add: old\r\nx-replace: 1\r\nX-REPLACE: 2\r\nX-Delete: 1\r\nx-delete: 2\r\nY: z\r\n\r\n");
        var head = (await client.ReadMessageAsync())!.Body;
        Assert.Equal("old|new", RawMessage.HeaderOf(head, "X-Add"));
        Assert.Equal("new", RawMessage.HeaderOf(head, "X-Replace"));
        Assert.Null(RawMessage.HeaderOf(head, "X-Delete"));
        Assert.Equal("z", RawMessage.HeaderOf(head, "Y"));
    }

    [Fact]
    public async Task Serve_DeniedClientResetsInItsBody_IsCountedOnce()
    {
        using var server = RawServer.Naming();
        await using var filter = await FilterHarness.StartAsync(server);
        var client = await filter.ConnectAsync();
        await client.SendAsync("POST /denied HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc");
        while (filter.Policy.Judged.Count == 0)
        {
            await Task.Yield();
        }

        client.Reset();
        await filter.FinishAsync();
        Assert.Single(filter.Observer.Counts);
    }
}
