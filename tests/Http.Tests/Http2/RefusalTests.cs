using System.Net;
using Jumpgate.Http.Observation;
using Jumpgate.Policy.Http;
using Microsoft.AspNetCore.Http;

namespace Jumpgate.Http.Tests.Http2;

/// <summary>What is answered here, or not at all, because it could not be forwarded as it was judged.</summary>
public class RefusalTests
{
    [Fact]
    public async Task Target_EscapedSlash_IsRedirected()
    {
        await using var backend = await Backend.StartRawTargetAsync();
        await using var proxy = await ProxyHarness.StartAsync(backend.EndPoint, FakePolicy.AllowAll);
        using var client = proxy.CreateClient();
        var options = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };

        using var response = await client.GetAsync(new Uri($"http://{proxy.Address}/a%2Fb", options));

        Assert.Equal(HttpStatusCode.TemporaryRedirect, response.StatusCode);
        Assert.Equal("/a/b", response.Headers.GetValues("Location").Single());
        Assert.Equal(RequestOutcome.Rejected, (await proxy.Observer.NextAsync()).Outcome);
    }

    [Theory]
    [InlineData("get")]
    [InlineData("Post")]
    public async Task Method_OtherCase_IsNeverForwardedAsAnother(string method)
    {
        await using var backend = await Backend.StartAsync(c => c.Response.WriteAsync(c.Request.Method));
        string? judged = null;
        var policy = new FakePolicy(1, (in HttpRequestView r) =>
        {
            judged = r.Method.ToString();
            return FakePolicy.Allow();
        });
        await using var proxy = await ProxyHarness.StartAsync(backend.EndPoint, policy);

        var answer = await RawHttp2.RequestAsync(
            proxy.EndPoint, (":method", method), (":scheme", "http"), (":path", "/"), (":authority", "a"));

        Assert.Contains(":status: 501", answer, StringComparison.Ordinal);
        Assert.Equal(method, judged);
        Assert.Equal(0, proxy.UpstreamConnects);
    }

    [Fact]
    public async Task Authority_Missing_Gets400()
    {
        await using var proxy = await ProxyHarness.StartAsync(Backend.Nowhere, FakePolicy.AllowAll);

        var answer = await RawHttp2.RequestAsync(
            proxy.EndPoint, (":method", "GET"), (":scheme", "http"), (":path", "/"));

        Assert.Contains(":status: 400", answer, StringComparison.Ordinal);
        Assert.Equal(RequestOutcome.Rejected, (await proxy.Observer.NextAsync()).Outcome);
    }

    [Fact]
    public async Task Host_OtherThanAuthority_IsNeverForwarded()
    {
        await using var backend = await Backend.StartRawTargetAsync();
        string? judged = null;
        var policy = new FakePolicy(1, (in HttpRequestView r) =>
        {
            Assert.True(r.Headers.TryGet("host", out var host));
            judged = $"{r.Authority}|{host}";
            return FakePolicy.Allow(new HeaderMutation(HeaderMutationKind.Add, "x-host", host));
        });
        await using var proxy = await ProxyHarness.StartAsync(backend.EndPoint, policy);

        var answer = await RawHttp2.RequestAsync(
            proxy.EndPoint,
            (":method", "GET"),
            (":scheme", "http"),
            (":path", "/"),
            (":authority", "a:80"),
            ("host", "b:80"));

        Assert.Equal(":status: 200", answer);
        Assert.Equal("a:80|a:80", judged);
    }

    [Theory]
    [InlineData("x-a", "b\nc")]
    [InlineData("x-a", "b\rc")]
    [InlineData("x-a", "b\0c")]
    [InlineData("x a", "b")]
    [InlineData("X-Upper", "b")]
    [InlineData("connection", "close")]
    [InlineData("transfer-encoding", "chunked")]
    [InlineData("keep-alive", "1")]
    [InlineData("upgrade", "websocket")]
    [InlineData("te", "gzip")]
    [InlineData(":path", "/other")]
    public async Task Header_Malformed_IsNeverForwarded(string name, string value)
    {
        await using var backend = await Backend.StartRawTargetAsync();
        await using var proxy = await ProxyHarness.StartAsync(backend.EndPoint, FakePolicy.AllowAll);

        var answer = await RawHttp2.RequestAsync(
            proxy.EndPoint,
            (":method", "GET"),
            (":scheme", "http"),
            (":path", "/"),
            (":authority", "a"),
            (name, value));

        Assert.NotEqual(":status: 200", answer);
        Assert.Equal(0, proxy.UpstreamConnects);
    }

    [Theory]
    [InlineData("/a b")]
    [InlineData("/a#b")]
    [InlineData("/a\\b")]
    [InlineData("/%00")]
    [InlineData("/%zz")]
    [InlineData("/\u00e9")]
    [InlineData("a")]
    [InlineData("http://b/")]
    [InlineData("*")]
    public async Task Target_Malformed_IsNeverForwarded(string target)
    {
        await using var backend = await Backend.StartRawTargetAsync();
        await using var proxy = await ProxyHarness.StartAsync(backend.EndPoint, FakePolicy.AllowAll);

        var answer = await RawHttp2.RequestAsync(
            proxy.EndPoint, (":method", "GET"), (":scheme", "http"), (":path", target), (":authority", "a"));

        Assert.NotEqual(":status: 200", answer);
        Assert.Equal(0, proxy.UpstreamConnects);
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("a/b")]
    [InlineData("user@a")]
    [InlineData("a,b")]
    [InlineData("a_b.empire:80")]
    [InlineData("[::1]:80")]
    [InlineData("A.B")]
    public async Task Authority_Odd_IsForwardedAsItIsOrNotAtAll(string authority)
    {
        var arrived = string.Empty;
        await using var backend = await Backend.StartAsync(c =>
        {
            arrived = c.Request.Headers.Host.ToString();
            return Task.CompletedTask;
        });
        await using var proxy = await ProxyHarness.StartAsync(backend.EndPoint, FakePolicy.AllowAll);

        var answer = await RawHttp2.RequestAsync(
            proxy.EndPoint,
            (":method", "GET"),
            (":scheme", "http"),
            (":path", "/"),
            (":authority", authority));

        Assert.Equal(answer == ":status: 200" ? authority : string.Empty, arrived);
        Assert.Equal(authority.IndexOfAny([' ', '/', '@', ',']) < 0, answer == ":status: 200");
    }

    [Fact]
    public async Task PolicyThrows_IsNeverForwarded()
    {
        await using var backend = await Backend.StartRawTargetAsync();
        var policy = new FakePolicy(1, (in HttpRequestView _) => throw new InvalidOperationException("a bug"));
        await using var proxy = await ProxyHarness.StartAsync(backend.EndPoint, policy);
        using var client = proxy.CreateClient();

        using var response = await client.GetAsync(new Uri("/", UriKind.Relative));

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Equal(0, proxy.UpstreamConnects);
        Assert.Equal(RequestOutcome.Error, (await proxy.Observer.NextAsync()).Outcome);
    }

    [Fact]
    public async Task Connect_WithoutRule_Gets403AndConnectionLives()
    {
        var policy = new FakePolicy(
            1, (in HttpRequestView r) => r.Method is "CONNECT" ? FakePolicy.Deny() : FakePolicy.Allow());
        await using var proxy = await ProxyHarness.StartAsync(Backend.Nowhere, policy);

        var answer = await RawHttp2.RequestAsync(proxy.EndPoint, (":method", "CONNECT"), (":authority", "a:80"));
        var extended = await RawHttp2.RequestAsync(
            proxy.EndPoint,
            (":method", "CONNECT"),
            (":protocol", "websocket"),
            (":scheme", "http"),
            (":path", "/chat"),
            (":authority", "a"));

        Assert.Contains(":status: 403", answer, StringComparison.Ordinal);
        Assert.Contains(":status: 403", extended, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_Allowed_Gets501WithReason()
    {
        await using var proxy = await ProxyHarness.StartAsync(Backend.Nowhere, FakePolicy.AllowAll);

        var answer = await RawHttp2.RequestAsync(proxy.EndPoint, (":method", "CONNECT"), (":authority", "a:80"));

        Assert.Contains(":status: 501", answer, StringComparison.Ordinal);
        Assert.Contains("CONNECT", (await proxy.Observer.NextAsync()).Reason, StringComparison.Ordinal);
    }
}
