using System.Net;
using Jumpgate.Http.Observation;
using Jumpgate.Policy.Http;
using Microsoft.AspNetCore.Http;

namespace Jumpgate.Http.Tests.Http2;

public class ForwardingTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(14)]
    [InlineData(24)]
    public async Task Get_PrefaceReadBefore_IsForwarded(int preread)
    {
        await using var backend = await Backend.StartRawTargetAsync();
        await using var proxy = await ProxyHarness.StartAsync(backend.EndPoint, FakePolicy.AllowAll, preread);
        using var client = proxy.CreateClient();

        using var response = await client.GetAsync(new Uri("/v1/?a=b", UriKind.Relative));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(HttpVersion.Version20, response.Version);
        Assert.Equal("/v1/?a=b", await response.Content.ReadAsStringAsync());
        var record = await proxy.Observer.NextAsync();
        Assert.Equal(RequestOutcome.Forwarded, record.Outcome);
        Assert.Equal("HTTP/2", record.Protocol);
        Assert.Equal("GET", record.Method);
        Assert.Equal("/v1/?a=b", record.Target);
        Assert.Equal(proxy.Address, record.Authority);
        Assert.Equal(200, record.Status);
        Assert.Equal(1, proxy.Observer.Counts);
    }

    [Theory]
    [InlineData("/a;b=c/d,e")]
    [InlineData("/%7B%7d?x=%7B&y=../..&z=%2F%2f")]
    [InlineData("/a%20b/%C3%A9?q=%41%zz")]
    [InlineData("/x?http://other/../y")]
    [InlineData("/a%252Fb")]
    [InlineData("/?")]
    [InlineData("/a|b^c`d\"e<f>g{h}")]
    [InlineData("/a:b@c!$&'()*+,=")]
    public async Task Target_Odd_IsForwardedAsJudged(string target)
    {
        await using var backend = await Backend.StartRawTargetAsync();
        string? judged = null;
        var policy = new FakePolicy(1, (in HttpRequestView r) =>
        {
            judged = r.Target.ToString();
            return FakePolicy.Allow();
        });
        await using var proxy = await ProxyHarness.StartAsync(backend.EndPoint, policy);
        using var client = proxy.CreateClient();
        var uri = new Uri(
            $"http://{proxy.Address}{target}",
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });

        using var response = await client.GetAsync(uri);

        var expected = RequestTarget.Normalize("GET", target, proxy.Address, out var normal, out _);
        if (expected == RequestTargetStatus.Bad)
        {
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
            Assert.Null(judged);
            return;
        }

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(normal, judged);
        Assert.Equal(judged, await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Target_DotSegments_AreRemovedBeforeJudgement()
    {
        await using var backend = await Backend.StartRawTargetAsync();
        await using var proxy = await ProxyHarness.StartAsync(backend.EndPoint, FakePolicy.ByTarget);
        using var client = proxy.CreateClient();
        var options = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };

        using var denied = await client.GetAsync(new Uri($"http://{proxy.Address}/ok/%2e%2e//%64enied", options));
        using var allowed = await client.GetAsync(new Uri($"http://{proxy.Address}/denied/../ok", options));

        Assert.Equal(HttpStatusCode.Forbidden, denied.StatusCode);
        Assert.Equal("/ok", await allowed.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Headers_OfTheRequest_ArriveUnchangedAndAlone()
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        await using var backend = await Backend.StartAsync(c =>
        {
            foreach (var (name, value) in c.Request.Headers)
            {
                headers[name] = value.ToString();
            }

            c.Response.Headers["x-back"] = "1";
            c.Response.Headers["alt-svc"] = "h2=\":1\"";
            return Task.CompletedTask;
        });
        await using var proxy = await ProxyHarness.StartAsync(backend.EndPoint, FakePolicy.AllowAll);
        using var client = proxy.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.Host = "deathstar.empire:8080";
        var sent = new Dictionary<string, string>
        {
            ["traceparent"] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            ["x-forwarded-for"] = "192.0.2.1",
            ["upgrade-insecure-requests"] = "1",
            ["proxy-authorization"] = "Basic eDp5",
            ["user-agent"] = "odd agent ((",
            ["cookie"] = "a=b; c=d",
            ["te"] = "trailers",
        };
        foreach (var (name, value) in sent)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        }

        using var response = await client.SendAsync(request);

        sent["host"] = "deathstar.empire:8080";
        Assert.Equal(
            sent.Select(h => $"{h.Key}: {h.Value}").Order(StringComparer.OrdinalIgnoreCase),
            headers.Select(h => $"{h.Key}: {h.Value}").Order(StringComparer.OrdinalIgnoreCase),
            StringComparer.OrdinalIgnoreCase);
        Assert.Equal("1", response.Headers.GetValues("x-back").Single());
        Assert.Equal("h2=\":1\"", response.Headers.GetValues("alt-svc").Single());
        Assert.Equal(["Alt-Svc", "Date", "Server", "x-back"], response.Headers.Select(h => h.Key).Order());
    }

    [Fact]
    public async Task Mutations_OfTheDecision_AreAppliedInOrder()
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        await using var backend = await Backend.StartAsync(c =>
        {
            foreach (var name in new[] { "x-add", "x-gone", "x-new", "content-type" })
            {
                headers[name] = string.Join('|', c.Request.Headers[name].AsEnumerable());
            }

            return c.Request.Body.CopyToAsync(Stream.Null);
        });
        var policy = new FakePolicy(1, (in HttpRequestView _) => FakePolicy.Allow(
            new HeaderMutation(HeaderMutationKind.Add, "X-Add", "2"),
            new HeaderMutation(HeaderMutationKind.Delete, "X-Gone", null),
            new HeaderMutation(HeaderMutationKind.Replace, "X-New", "n"),
            new HeaderMutation(HeaderMutationKind.Replace, "Content-Type", "text/other")));
        await using var proxy = await ProxyHarness.StartAsync(backend.EndPoint, policy);
        using var client = proxy.CreateClient();
        client.DefaultRequestHeaders.Add("x-add", "1");
        client.DefaultRequestHeaders.Add("x-gone", "1");
        client.DefaultRequestHeaders.Add("x-new", ["old", "older"]);
        using var content = new StringContent("body");

        using var response = await client.PostAsync(new Uri("/", UriKind.Relative), content);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("1, 2", headers["x-add"]);
        Assert.Equal(string.Empty, headers["x-gone"]);
        Assert.Equal("n", headers["x-new"]);
        Assert.Equal("text/other", headers["content-type"]);
    }

    [Fact]
    public async Task Denied_PlainRequest_Gets403AndConnectionLives()
    {
        await using var backend = await Backend.StartRawTargetAsync();
        await using var proxy = await ProxyHarness.StartAsync(backend.EndPoint, FakePolicy.ByTarget);
        using var client = proxy.CreateClient();
        using var body = new StringContent(new string('x', 300_000));

        using var denied = await client.PostAsync(new Uri("/denied", UriKind.Relative), body);
        using var allowed = await client.GetAsync(new Uri("/ok", UriKind.Relative));

        Assert.Equal(HttpStatusCode.Forbidden, denied.StatusCode);
        Assert.Equal("text/plain", denied.Content.Headers.ContentType!.ToString());
        Assert.Equal("Access denied\r\n", await denied.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.OK, allowed.StatusCode);
        Assert.Equal(1, proxy.Accepted);
        Assert.Equal(RequestOutcome.Denied, (await proxy.Observer.NextAsync()).Outcome);
        Assert.Equal(RequestOutcome.Forwarded, (await proxy.Observer.NextAsync()).Outcome);
        Assert.Equal(2, proxy.Observer.Counts);
    }

    [Fact]
    public async Task PolicyChange_OpenConnection_NextRequestSeesIt()
    {
        await using var backend = await Backend.StartRawTargetAsync();
        await using var proxy = await ProxyHarness.StartAsync(backend.EndPoint, FakePolicy.AllowAll);
        using var client = proxy.CreateClient();
        var uri = new Uri("/a", UriKind.Relative);

        using var before = await client.GetAsync(uri);
        proxy.Policy.Current = new FakePolicy(2, (in HttpRequestView _) => FakePolicy.Deny());
        using var after = await client.GetAsync(uri);

        Assert.Equal(HttpStatusCode.OK, before.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, after.StatusCode);
        Assert.Equal(1, proxy.Accepted);
        Assert.Equal(1UL, (await proxy.Observer.NextAsync()).PolicyRevision);
        Assert.Equal(2UL, (await proxy.Observer.NextAsync()).PolicyRevision);
    }

    [Fact]
    public async Task Audit_Verdict_IsForwardedAndReported()
    {
        await using var backend = await Backend.StartRawTargetAsync();
        var policy = new FakePolicy(
            1, (in HttpRequestView _) => new HttpDecision(HttpVerdict.Audit, null, [], ["X-Odd"]));
        await using var proxy = await ProxyHarness.StartAsync(backend.EndPoint, policy);
        using var client = proxy.CreateClient();

        using var response = await client.GetAsync(new Uri("/a", UriKind.Relative));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var record = await proxy.Observer.NextAsync();
        Assert.Equal(RequestOutcome.Audit, record.Outcome);
        Assert.Equal("X-Odd", Assert.Single(record.HeaderMismatches));
    }

    [Fact]
    public async Task NoRulesAnyMore_OpenConnection_IsForwarded()
    {
        await using var backend = await Backend.StartRawTargetAsync();
        var none = new FakePolicy(1, (in HttpRequestView _) => FakePolicy.Deny()) { HasHttpRules = false };
        await using var proxy = await ProxyHarness.StartAsync(backend.EndPoint, none);
        using var client = proxy.CreateClient();

        Assert.Equal("/a", await client.GetStringAsync(new Uri("/a", UriKind.Relative)));
    }

    [Fact]
    public async Task LongHeader_UpToTheLimit_IsForwarded()
    {
        await using var backend = await Backend.StartAsync(
            c => c.Response.WriteAsync($"{c.Request.Headers["x-long"].ToString().Length}"));
        await using var proxy = await ProxyHarness.StartAsync(backend.EndPoint, FakePolicy.AllowAll);
        using var client = proxy.CreateClient();
        client.DefaultRequestHeaders.Add("x-long", new string('x', 15_000));

        Assert.Equal("15000", await client.GetStringAsync(new Uri("/", UriKind.Relative)));
    }

    [Fact]
    public async Task HeaderValue_NotAscii_ArrivesByteForByte()
    {
        var arrived = new TaskCompletionSource<string>();
        await using var backend = await Backend.StartAsync(c =>
        {
            arrived.SetResult(c.Request.Headers["x-bytes"].ToString());
            return Task.CompletedTask;
        });
        await using var proxy = await ProxyHarness.StartAsync(backend.EndPoint, FakePolicy.AllowAll);

        var answer = await RawHttp2.RequestAsync(
            proxy.EndPoint,
            (":method", "GET"),
            (":scheme", "http"),
            (":path", "/"),
            (":authority", "a"),
            ("x-bytes", "\u00e9\u00ff\u0080"));

        Assert.Equal(":status: 200", answer);
        Assert.Equal("\u00e9\u00ff\u0080", await arrived.Task);
    }

    [Fact]
    public async Task Head_OfBigResponse_HasLengthAndNoBody()
    {
        await using var backend = await Backend.StartAsync(c =>
        {
            c.Response.ContentLength = 12345;
            return Task.CompletedTask;
        });
        await using var proxy = await ProxyHarness.StartAsync(backend.EndPoint, FakePolicy.AllowAll);
        using var client = proxy.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Head, "/")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };

        using var response = await client.SendAsync(request);

        Assert.Equal(12345, response.Content.Headers.ContentLength);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }
}
