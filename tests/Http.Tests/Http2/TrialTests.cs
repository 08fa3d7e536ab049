using Jumpgate.Http.Http2;
using Jumpgate.Http.Http2.Trial;
using Jumpgate.Http.Observation;
using Jumpgate.Policy.Http;
using Jumpgate.Testing;

namespace Jumpgate.Http.Tests.Http2;

/// <summary>What the trial says is what the proxy does with the very same fields.</summary>
public class TrialTests
{
    private const string Basic = ":method GET|:scheme http|:path /|:authority a";

    [Theory]
    [InlineData(Basic)]
    [InlineData(Basic + "|host b")]
    [InlineData(Basic + "|x-a b|x-a c")]
    [InlineData(Basic + "|te trailers")]
    [InlineData(Basic + "|te gzip")]
    [InlineData(Basic + "|X-Upper b")]
    [InlineData(Basic + "|x-a b\nc")]
    [InlineData(Basic + "|x-a b\0c")]
    [InlineData(Basic + "|x(a b")]
    [InlineData(Basic + "|connection close")]
    [InlineData(Basic + "|transfer-encoding chunked")]
    [InlineData(Basic + "|keep-alive 1")]
    [InlineData(Basic + "|proxy-connection 1")]
    [InlineData(Basic + "|upgrade websocket")]
    [InlineData(Basic + "|content-length 1|content-length 2")]
    [InlineData(Basic + "|content-length x")]
    [InlineData(Basic + "|:path /other")]
    [InlineData(Basic + "|:status 200")]
    [InlineData(":method GET|:scheme http|:path /")]
    [InlineData(":method GET|:scheme http|:path /|host a")]
    [InlineData(":method GET|:path /|:authority a")]
    [InlineData(":method GET|:scheme http|:authority a")]
    [InlineData(":scheme http|:path /|:authority a")]
    [InlineData(":method get|:scheme http|:path /|:authority a")]
    [InlineData(":method G@T|:scheme http|:path /|:authority a")]
    [InlineData(":method GET|:scheme http|:path /denied|:authority a")]
    [InlineData(":method GET|:scheme http|:path /denied|:authority a|content-type application/grpc-web")]
    [InlineData(":method POST|:scheme http|:path /denied|:authority a|content-type application/grpc+proto")]
    [InlineData(":method POST|:scheme http|:path /a%2fb|:authority a|content-type application/grpc")]
    [InlineData(":method GET|:scheme http|:path /a%2fb|:authority a")]
    [InlineData(":method GET|:scheme http|:path /%00|:authority a")]
    [InlineData(":method GET|:scheme http|:path /%zz|:authority a")]
    [InlineData(":method GET|:scheme http|:path /a\\b|:authority a")]
    [InlineData(":method GET|:scheme http|:path /a#b|:authority a")]
    [InlineData(":method GET|:scheme http|:path a|:authority a")]
    [InlineData(":method GET|:scheme http|:path http://a/|:authority a")]
    [InlineData(":method GET|:scheme http|:path *|:authority a")]
    [InlineData(":method OPTIONS|:scheme http|:path *|:authority a")]
    [InlineData(":method GET|:scheme http|:path /|:authority a/b")]
    [InlineData(":method GET|:scheme http|:path /|:authority user@a")]
    [InlineData(":method GET|:scheme http|:path /|:authority a,b")]
    [InlineData(":method CONNECT|:authority a:80")]
    [InlineData(":method CONNECT|:authority a")]
    [InlineData(":method CONNECT|:authority denied:80")]
    [InlineData(":method CONNECT|:protocol websocket|:scheme http|:path /chat|:authority a")]
    [InlineData(":method CONNECT|:protocol websocket|:scheme http|:path /denied|:authority a")]
    [InlineData(":method GET|:protocol websocket|:scheme http|:path /|:authority a")]
    public async Task Run_Fields_SaysWhatTheProxyAnswers(string line)
    {
        var fields = Fields(line);

        var judgement = await RunAsync(fields);
        var answer = await AskProxyAsync(fields);

        Assert.Equal(answer.Line, Line(judgement));
        if (answer.Record is { } record)
        {
            Assert.Equal(
                (record.Outcome, record.Reason, record.GrpcStatus, record.Target),
                (judgement.Outcome, judgement.Reason, judgement.GrpcStatus, judgement.Target));
        }
    }

    [Theory]
    [InlineData(201, 1, 431, null, "too many headers")]
    [InlineData(1, 70_000, 0, "GOAWAY COMPRESSION_ERROR", "65536")]
    [InlineData(10, 20_000, 0, "GOAWAY PROTOCOL_ERROR", "too long")]
    public async Task Run_HeadTooLarge_IsRefusedWithItsReason(
        int fields, int length, int status, string? error, string reason)
    {
        var large = Enumerable.Range(0, fields).Select(i => ($"x-{i}", new string('a', length)));

        var judgement = await RunAsync([.. Fields(Basic), .. large]);

        Assert.Equal((status, error), (judgement.Status, judgement.Error?.ToString()));
        Assert.Contains(reason, judgement.Reason, StringComparison.Ordinal);
    }

    private static (string Name, string Value)[] Fields(string line) =>
        [.. line.Split('|').Select(f => f.Split(' ', 2)).Select(f => (f[0], f[1]))];

    private static string Line(Http2Judgement judgement) =>
        judgement.IsForwarded ? ":status: 200"
        : judgement.Status != 0 ? $":status: {judgement.Status}"
        : judgement.Error is not { } error ? "closed"
        : $"{(error.EndsConnection ? "GOAWAY" : "RST_STREAM")} {error.Code}";

    private static async Task<Http2Judgement> RunAsync((string Name, string Value)[] fields)
    {
        using var timeout = new CancellationTokenSource(Wait.Patience);
        return await Http2Trial.RunAsync(fields, FakePolicy.ByTarget, new HttpFilterOptions(), timeout.Token);
    }

    /// <returns>The record is null where Kestrel refused before the proxy saw a request.</returns>
    private static async Task<(string Line, HttpRequestRecord? Record)> AskProxyAsync((string, string)[] fields)
    {
        await using var backend = await Backend.StartRawTargetAsync();
        await using var proxy = await ProxyHarness.StartAsync(backend.EndPoint, FakePolicy.ByTarget);
        var line = await RawHttp2.RequestAsync(proxy.EndPoint, fields);
        var judged = line.StartsWith(':');
        return (line, judged ? await proxy.Observer.NextAsync() : null);
    }
}
