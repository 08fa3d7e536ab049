namespace Jumpgate.EndToEnd.Tests.Conformance;

/// <summary>
/// Every sentence of the specification's HTTP part twice: on the wire, through the redirect and the proxy to a server, and by
/// explain; and both must say the same.
/// </summary>
[Collection("kernel")]
public sealed partial class HttpConformanceTests(ConformanceScene scene) : IClassFixture<ConformanceScene>
{
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
        await HttpExchange.RunAsync(scene, expected, client, times: 2);
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
            Assert.Equal(target, HttpExchange.Forwarded(scene, expected).Split(' ')[1]);
        }
    }
}
