using System.Net;
using Jumpgate.Agent.Explain;

namespace Jumpgate.EndToEnd.Tests.Conformance;

public sealed partial class HttpConformanceTests
{
    public static TheoryData<string> Http2Names => [.. HttpCases.Http2.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Http2Names))]
    public async Task LiveOverHttp2_Request_MeetsItsSentenceAndExplainAgrees(string name)
    {
        var expected = HttpCases.Http2.Single(c => c.Name == name);
        var server = scene.Http2(expected);
        var before = server.Seen.Count;
        using var client = scene.CreateHttp2Client(expected);

        // Twice on one connection: what is denied or refused is one stream's matter.
        for (var i = 0; i < 2; i++)
        {
            using var request = Request(expected, new Uri($"http://{scene.Address(expected)}"));
            using var response = await client.Client.SendAsync(request);
            Assert.True(expected.Status == (int)response.StatusCode, $"{expected.Sentence}\n{response}");
            await AssertAnswerAsync(expected, response);
            AssertExplained(expected, scene.Explain(expected), response);
        }

        var sent = expected.Forwarded ?? $"{expected.Request} HTTP/2\r\n{expected.Headers}";
        var lines = sent.Split("\r\n");
        var rendered =
            Http2Server.Render(lines[0], lines.Skip(1).Select(l => l.Split(": ", 2)).Select(p => (p[0], p[1])));
        Assert.Equal(expected.IsForwarded ? [rendered, rendered] : [], server.Seen.Skip(before));
        Assert.Equal(1, client.Connections);
    }

    /// <summary>Explain must say what this very answer is, not only what the table expects.</summary>
    private static void AssertExplained(ConformanceCase expected, ExplainAnswer explained, HttpResponseMessage response)
    {
        Assert.True(expected.Verdict == explained.Verdict, $"{expected.Sentence}\n{explained}");
        Assert.Contains(expected.Reason, explained.Reason, StringComparison.Ordinal);
        if (expected.IsForwarded)
        {
            Assert.Null(explained.Client);
            Assert.Equal((expected.Forwarded ?? expected.Request).Split(' ')[1].Split("\r\n")[0], explained.Target);
            return;
        }

        var status = (int)response.StatusCode;
        var seen = response.Headers.TryGetValues("grpc-status", out var grpc)
            ? $"grpc-status {grpc.Single()} (PERMISSION_DENIED), HTTP status {status}"
            : response.Headers.Location is { } location
                ? $"{status} with Location: {location.OriginalString}" : $"{status}";
        Assert.Equal(seen, explained.Client);
    }

    private static HttpRequestMessage Request(ConformanceCase expected, Uri server)
    {
        var parts = expected.Request.Split(' ');
        var uri = new Uri(
            server.GetLeftPart(UriPartial.Authority) + parts[1],
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        var request = new HttpRequestMessage(new HttpMethod(parts[0]), uri)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        foreach (var header in expected.Headers.Split("\r\n").Select(l => l.Split(": ", 2)))
        {
            if (header[0] == "Content-Type")
            {
                request.Content = new ByteArrayContent([]);
                request.Content.Headers.TryAddWithoutValidation(header[0], header[1]);
            }
            else
            {
                request.Headers.TryAddWithoutValidation(header[0], header[1]);
            }
        }

        return request;
    }

    private static async Task AssertAnswerAsync(ConformanceCase expected, HttpResponseMessage response)
    {
        var body = await response.Content.ReadAsStringAsync();
        if (expected.Verdict == "DENIED" && expected.Status == 200)
        {
            // Trailers-only: the status is in the one block of headers, and nothing follows it.
            Assert.Equal(["7"], response.Headers.GetValues("grpc-status"));
            Assert.Equal("application/grpc", response.Content.Headers.ContentType?.ToString());
            Assert.Equal("", body);
            Assert.Empty(response.TrailingHeaders);
        }
        else if (expected.Status == 403)
        {
            Assert.Equal("text/plain", response.Content.Headers.ContentType?.ToString());
            Assert.Equal(expected.Request.StartsWith("HEAD ", StringComparison.Ordinal)
                ? "" : "Access denied\r\n", body);
            Assert.Equal(15, response.Content.Headers.ContentLength);
        }
        else if (expected.Status == 200)
        {
            Assert.Equal("ok", body);
            Assert.Equal(["0"], response.TrailingHeaders.GetValues("grpc-status"));
        }

        Assert.Equal(expected.Location, response.Headers.Location?.OriginalString);
    }
}
