namespace Jumpgate.EndToEnd.Tests.Conformance;

/// <summary>A case of the table on a connection, and everything that both ends must have seen of it.</summary>
internal static class HttpExchange
{
    private const string Denied =
        "HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\nContent-Length: 15";

    /// <summary>Asks as often as the connection is usable, and asserts the same answer each time.</summary>
    public static async Task RunAsync(ConformanceScene scene, ConformanceCase expected, RawClient client, int times)
    {
        var before = scene.Seen(expected, client.Address).Count;
        var isTunnel = expected.IsForwarded && expected.Request.StartsWith("CONNECT ", StringComparison.Ordinal);
        times = expected.StaysUsable && !isTunnel ? times : 1;
        for (var i = 0; i < times; i++)
        {
            AssertAnswer(expected, await client.AskAsync($"{Sent(scene, expected)}\r\n\r\n{expected.Body}"));
        }

        if (!expected.StaysUsable)
        {
            Assert.Equal("", await client.ReadToEndAsync());
        }

        Assert.Equal(
            expected.IsForwarded ? Enumerable.Repeat(Forwarded(scene, expected), times) : [],
            scene.Seen(expected, client.Address).Skip(before));
    }

    /// <summary>The head that the server must see.</summary>
    public static string Forwarded(ConformanceScene scene, ConformanceCase expected) =>
        expected.Forwarded is null
            ? Sent(scene, expected) : ConformanceScene.Fill(expected.Forwarded, scene.Port(expected));

    private static string Sent(ConformanceScene scene, ConformanceCase expected)
    {
        var headers = scene.Headers(expected);
        return $"{scene.Request(expected)} HTTP/1.1" + (headers.Length == 0 ? "" : $"\r\n{headers}");
    }

    private static void AssertAnswer(ConformanceCase expected, (string Head, string Body) answer)
    {
        var (head, body) = answer;
        Assert.True(
            head.StartsWith($"HTTP/1.1 {expected.Status} ", StringComparison.Ordinal),
            $"{expected.Sentence}\n{head}\n{body}");
        Assert.Equal(!expected.StaysUsable, head.Contains("\r\nConnection: close", StringComparison.Ordinal));
        var isHead = expected.Request.StartsWith("HEAD ", StringComparison.Ordinal);
        if (expected.Status == 403)
        {
            Assert.Equal((Denied, isHead ? "" : "Access denied\r\n"), (head, body));
        }

        if (expected.Location is not null)
        {
            Assert.Contains($"\r\nLocation: {expected.Location}\r\n", head, StringComparison.Ordinal);
        }
    }
}
