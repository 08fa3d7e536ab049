namespace Jumpgate.EndToEnd.Tests.Conformance;

/// <summary>
/// Every sentence of the specification's HTTP part twice: on the wire, through the redirect and the proxy to a server,
/// and by explain; and both must say the same.
/// </summary>
[Collection("kernel")]
public sealed partial class HttpConformanceTests(ConformanceScene scene) : IClassFixture<ConformanceScene>
{
    public static TheoryData<string> Names => [.. ConformanceScene.Cases.Keys];

    public static TheoryData<string> ConnectedNames =>
        [.. ConformanceScene.Cases.Values.Where(c => c.Verdict != "DROPPED").Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(ConnectedNames))]
    public async Task Live_Request_MeetsItsSentence(string name)
    {
        var expected = ConformanceScene.Cases[name];
        using var client = await scene.ConnectAsync(expected);
        await HttpExchange.RunAsync(scene, expected, client, times: 2);
    }

    /// <summary>All at once, since each takes as long as one is willing to wait for silence.</summary>
    [Fact]
    public async Task Live_DroppedConnections_AreNeverMade()
    {
        var dropped = ConformanceScene.Cases.Values.Where(c => c.Verdict == "DROPPED").ToList();

        var made = await Task.WhenAll(dropped.Select(scene.CanConnectAsync));

        Assert.NotEmpty(dropped);
        Assert.Empty(dropped.Zip(made).Where(d => d.Second).Select(d => $"{d.First.Name}: {d.First.Sentence}"));
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
