namespace Jumpgate.EndToEnd.Tests.Conformance;

/// <summary>
/// Every sentence of the specification's HTTP part twice: on the wire, through the redirect and the proxy to a server, and by
/// explain; and both must say the same.
/// </summary>
[Collection("kernel")]
public sealed partial class HttpConformanceTests(ConformanceScene scene) : IClassFixture<ConformanceScene>
{
    private const string Denied =
        "HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\nContent-Length: 15";

    public static TheoryData<string> Names => [.. ConformanceScene.Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Live_Request_MeetsItsSentence(string name)
    {
        var expected = ConformanceScene.Cases[name];
        if (expected.Verdict == "DROPPED")
        {
            Assert.False(await scene.CanConnectAsync(expected), expected.Sentence);
            return;
        }

        using var client = await scene.ConnectAsync(expected);
        var headers = scene.Headers(expected);
        var lines = $"{scene.Request(expected)} HTTP/1.1" + (headers.Length == 0 ? "" : $"\r\n{headers}");
        var (head, body) = await client.AskAsync($"{lines}\r\n\r\n{expected.Body}");
        Assert.True(head.StartsWith($"HTTP/1.1 {expected.Status} ", StringComparison.Ordinal), $"{expected.Sentence}\n{head}\n{body}");
        if (expected.Status == 403)
        {
            Assert.Equal(Denied, head);
            Assert.Equal(expected.Request.StartsWith("HEAD ", StringComparison.Ordinal) ? "" : "Access denied\r\n", body);
        }

        if (expected.Location is not null)
        {
            Assert.Contains($"\r\nLocation: {expected.Location}\r\n", head, StringComparison.Ordinal);
        }

        var isTunnel = expected.IsForwarded && expected.Request.StartsWith("CONNECT ", StringComparison.Ordinal);
        if (expected.StaysUsable && !isTunnel)
        {
            Assert.Equal((head, body), await client.AskAsync($"{lines}\r\n\r\n{expected.Body}"));
            AssertSeen(expected, lines, scene.Seen(expected, client.Address), 2);
            return;
        }

        if (!expected.StaysUsable)
        {
            Assert.Contains("\r\nConnection: close", head, StringComparison.Ordinal);
            Assert.Equal("", await client.ReadToEndAsync());
        }

        AssertSeen(expected, lines, scene.Seen(expected, client.Address), 1);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Explain_Request_SaysWhatTheProxyDoes(string name)
    {
        var expected = ConformanceScene.Cases[name];
        // The live half of the agreement is the other test, on the same expectations.
        Assert.Equal(expected.IsForwarded, expected.Status == 200);
        if (!expected.CanBeExplained)
        {
            return;
        }

        var answer = scene.Explain(expected);

        Assert.True(expected.Verdict == answer.Verdict, $"{expected.Sentence}\n{answer}");
        Assert.Contains(expected.Reason, answer.Reason, StringComparison.Ordinal);
        if (expected.Status is not (0 or 200 or 403))
        {
            Assert.StartsWith($"{expected.Status}", answer.Reason, StringComparison.Ordinal);
        }

        if (answer.Target is { } target && expected.IsForwarded)
        {
            var line = Sent(expected, scene.Request(expected) + " HTTP/1.1").Split("\r\n")[0];
            Assert.Equal(target, line.Split(' ')[1]);
        }
    }

    private void AssertSeen(ConformanceCase expected, string sent, IReadOnlyList<string> seen, int count)
    {
        Assert.Equal(expected.IsForwarded ? Enumerable.Repeat(Sent(expected, sent), count) : [], seen);
    }

    private string Sent(ConformanceCase expected, string sent) =>
        expected.Forwarded is null ? sent : ConformanceScene.Fill(expected.Forwarded, scene.Port(expected));
}
