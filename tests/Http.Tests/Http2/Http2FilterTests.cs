using System.Net;
using System.Net.Http.Headers;
using Jumpgate.Http.Observation;
using Jumpgate.Http.Tests.Support;
using Jumpgate.Policy.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Jumpgate.Http.Tests.Http2;

/// <summary>HTTP/2 with prior knowledge, .NET's client and Kestrel at the ends.</summary>
public class Http2FilterTests
{
    private static readonly UriCreationOptions Verbatim = new() { DangerousDisablePathAndQueryCanonicalization = true };

    [Fact]
    public async Task Serve_AllowedRequest_IsForwardedWithItsAuthority()
    {
        await using var server =
            await H2Server.StartAsync(c => c.Response.WriteAsync($"{c.Request.Method} {c.Request.Host}"));
        await using var filter = await FilterHarness.StartAsync(server.Address);
        using var client = Client();
        using var request = Request(filter, HttpMethod.Get, "/x");
        request.Headers.Host = "named.example:8080";
        using var answer = await client.SendAsync(request).Within();
        Assert.Equal("GET named.example:8080", await answer.Content.ReadAsStringAsync().Within());
        Assert.Equal(["GET /x named.example:8080"], filter.Policy.Judged);
        Assert.Equal(RequestOutcome.Forwarded, Assert.Single(filter.Observer.Counts).Outcome);
    }

    [Fact]
    public async Task Serve_DeniedRequest_Is403AndTheConnectionGoesOn()
    {
        var connections = new HashSet<string>();
        await using var server = await H2Server.StartAsync(c =>
        {
            connections.Add(c.Connection.Id);
            return c.Response.WriteAsync("ok");
        });
        await using var filter = await FilterHarness.StartAsync(server.Address);
        using var client = Client();
        for (var i = 0; i < 3; i++)
        {
            using var denied = await client.SendAsync(Request(filter, HttpMethod.Post, "/denied")).Within();
            Assert.Equal(HttpStatusCode.Forbidden, denied.StatusCode);
            Assert.Equal("text/plain", denied.Content.Headers.ContentType!.ToString());
            Assert.Equal("Access denied\r\n", await denied.Content.ReadAsStringAsync().Within());
            using var allowed = await client.SendAsync(Request(filter, HttpMethod.Get, "/x")).Within();
            Assert.Equal("ok", await allowed.Content.ReadAsStringAsync().Within());
        }

        Assert.Single(connections);
        Assert.Equal(6, filter.Observer.Counts.Length);
    }

    [Theory]
    [InlineData("/a%20b?c=%2F&d=%61", "/a%20b?c=%2F&d=%61")]
    [InlineData("/%C3%A9;x=y/(z)'!*", "/%C3%A9;x=y/(z)'!*")]
    [InlineData("/[a]|{b}^`\"<>", "/[a]|{b}^`\"<>")]
    [InlineData("/a%252Fb", "/a%252Fb")]
    [InlineData("/%61//b/../%7e?//..", "/a/~?//..")]
    [InlineData("/?", "/?")]
    public async Task Serve_OddTarget_ArrivesAsDecided(string sent, string expected)
    {
        await using var server = await H2Server.StartAsync(
            c => c.Response.WriteAsync(c.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget));
        await using var filter = await FilterHarness.StartAsync(server.Address);
        using var client = Client();
        using var answer = await client.SendAsync(Request(filter, HttpMethod.Get, sent)).Within();
        Assert.Equal(expected, await answer.Content.ReadAsStringAsync().Within());
        Assert.Equal($"GET {expected} {filter.Address}", Assert.Single(filter.Policy.Judged));
    }

    [Theory]
    [InlineData("/x/../denied", HttpStatusCode.Forbidden)]
    [InlineData("/x/%2e%2E/denied", HttpStatusCode.Forbidden)]
    [InlineData("//denied", HttpStatusCode.Forbidden)]
    [InlineData("/a%2Fb", HttpStatusCode.TemporaryRedirect)]
    [InlineData("/a%zz", HttpStatusCode.BadRequest)]
    [InlineData("/a\\b", HttpStatusCode.BadRequest)]
    public async Task Serve_HostileTarget_NeverReachesTheServer(string target, HttpStatusCode expected)
    {
        var reached = false;
        await using var server = await H2Server.StartAsync(_ =>
        {
            reached = true;
            return Task.CompletedTask;
        });
        await using var filter = await FilterHarness.StartAsync(server.Address);
        using var client = Client();
        using var answer = await client.SendAsync(Request(filter, HttpMethod.Get, target)).Within();
        Assert.Equal(expected, answer.StatusCode);
        Assert.False(reached);
    }

    [Theory]
    [InlineData("application/grpc")]
    [InlineData("application/grpc+proto")]
    public async Task Serve_DeniedGrpc_IsTrailersOnlyWithStatus7(string contentType)
    {
        await using var server = await H2Server.StartAsync(_ => Task.CompletedTask);
        await using var filter = await FilterHarness.StartAsync(server.Address);
        using var client = Client();
        using var request = Request(filter, HttpMethod.Post, "/denied");
        request.Content = new ByteArrayContent([0, 0, 0, 0, 0]);
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        using var answer = await client.SendAsync(request).Within();
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("7", Assert.Single(answer.Headers.GetValues("grpc-status")));
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync().Within());
        Assert.Equal(7, Assert.Single(filter.Observer.Records).GrpcStatus);
    }

    [Fact]
    public async Task Serve_PolicyChangesBetweenStreams_EachIsJudgedByItsMoment()
    {
        await using var server = await H2Server.StartAsync(c => c.Response.WriteAsync("ok"));
        await using var filter = await FilterHarness.StartAsync(server.Address);
        using var client = Client();
        foreach (var verdict in new[] { HttpVerdict.Allowed, HttpVerdict.Denied, HttpVerdict.Allowed,
            HttpVerdict.Denied })
        {
            filter.Policy.Judge = (in HttpRequestView _) => TestPolicy.Of(verdict);
            using var answer = await client.SendAsync(Request(filter, HttpMethod.Get, "/same")).Within();
            Assert.Equal(verdict == HttpVerdict.Denied
                ? HttpStatusCode.Forbidden : HttpStatusCode.OK, answer.StatusCode);
        }
    }

    [Fact]
    public async Task Serve_HeaderMutations_ReachTheServerAndNothingIsAdded()
    {
        await using var server = await H2Server.StartAsync(c => c.Response.WriteAsync(string.Join(
            '\n', c.Request.Headers.Where(h => !h.Key.StartsWith(':') && h.Key != "Host")
            .Select(h => $"{h.Key.ToLowerInvariant()}={h.Value}").Order())));
        await using var filter = await FilterHarness.StartAsync(server.Address);
        filter.Policy.Judge = static (in HttpRequestView _) => TestPolicy.Of(
            HttpVerdict.Allowed,
            new HeaderMutation(HeaderMutationKind.Add, "X-Add", "new"),
            new HeaderMutation(HeaderMutationKind.Replace, "X-Replace", "new"),
            new HeaderMutation(HeaderMutationKind.Delete, "X-Delete", null));
        using var client = Client();
        using var request = Request(filter, HttpMethod.Get, "/");
        request.Headers.TryAddWithoutValidation("x-replace", ["1", "2"]);
        request.Headers.TryAddWithoutValidation("x-delete", ["1", "2"]);
        request.Headers.TryAddWithoutValidation("x-plain", "p");
        using var answer = await client.SendAsync(request).Within();
        Assert.Equal("x-add=new\nx-plain=p\nx-replace=new", await answer.Content.ReadAsStringAsync().Within());
    }

    [Fact]
    public async Task Serve_LargeBody_IsEchoedIntact()
    {
        await using var server = await H2Server.StartAsync(async c =>
        {
            // .NET's client reads no response before it has sent such a body whole.
            using var received = new MemoryStream();
            await c.Request.Body.CopyToAsync(received);
            await c.Response.Body.WriteAsync(received.GetBuffer().AsMemory(0, (int)received.Length));
        });
        await using var filter = await FilterHarness.StartAsync(server.Address);
        var body = new byte[10 * 1024 * 1024];
        new Random(2).NextBytes(body);
        using var client = Client();
        using var request = Request(filter, HttpMethod.Post, "/");
        request.Content = new ByteArrayContent(body);
        using var answer = await client.SendAsync(request).Within();
        var echoed = await answer.Content.ReadAsByteArrayAsync().Within();
        Assert.True(body.AsSpan().SequenceEqual(echoed));
    }

    [Fact]
    public async Task Serve_ServerRefusesTheConnection_Is502()
    {
        var server = RawServer.Naming();
        var address = server.Address;
        server.Dispose();
        await using var filter = await FilterHarness.StartAsync(address);
        using var client = Client();
        using var answer = await client.SendAsync(Request(filter, HttpMethod.Get, "/")).Within();
        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        await filter.AbortAsync();
        Assert.Equal(RequestOutcome.Error, Assert.Single(filter.Observer.Counts).Outcome);
    }

    [Fact]
    public async Task Serve_Aborted_EndsTheRequestAtOnce()
    {
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await H2Server.StartAsync(async c =>
        {
            c.RequestAborted.Register(gone.SetResult);
            arrived.SetResult();
            await gone.Task.Within();
        });
        await using var filter = await FilterHarness.StartAsync(server.Address);
        using var client = Client();
        var answer = client.SendAsync(Request(filter, HttpMethod.Get, "/"));
        await arrived.Task.Within();
        await filter.AbortAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => answer.Within());
        await gone.Task.Within();
    }

    [Fact]
    public async Task Serve_EscapedNul_EndsTheStreamBeforeTheServer()
    {
        var reached = false;
        await using var server = await H2Server.StartAsync(_ =>
        {
            reached = true;
            return Task.CompletedTask;
        });
        await using var filter = await FilterHarness.StartAsync(server.Address);
        using var client = Client();
        await Assert.ThrowsAsync<HttpRequestException>(
            () => client.SendAsync(Request(filter, HttpMethod.Get, "/a%00")).Within());
        Assert.False(reached);
    }

    [Fact]
    public async Task Serve_PrefaceByteByByte_IsHttp2()
    {
        await using var server = await H2Server.StartAsync(_ => Task.CompletedTask);
        await using var filter = await FilterHarness.StartAsync(server.Address);
        using var client = await filter.ConnectAsync();
        foreach (var b in "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0")
        {
            await client.SendAsync(b.ToString());
        }

        // A SETTINGS frame: type 4 on stream 0.
        var frame = await client.ReadExactAsync(9);
        Assert.Equal('\u0004', frame[3]);
    }

    private static HttpClient Client() => new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });

    private static HttpRequestMessage Request(FilterHarness filter, HttpMethod method, string target)
    {
        Assert.True(Uri.TryCreate($"http://{filter.Address}{target}", Verbatim, out var uri));
        return new HttpRequestMessage(method, uri)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
    }
}
