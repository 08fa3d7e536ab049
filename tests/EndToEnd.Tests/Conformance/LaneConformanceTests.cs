using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Conformance;

/// <summary>
/// The same table where the kernel decides requests too: whatever a connection's lane does by itself is what the proxy
/// would have done. Each case comes after allowed requests of its rules on the same connection, so that a lane is open.
/// </summary>
[Collection("kernel")]
public sealed class LaneConformanceTests(LaneConformanceScene scene) : IClassFixture<LaneConformanceScene>
{
    public static TheoryData<string> Names => [.. Judged.Select(c => c.Name)];

    private static IEnumerable<ConformanceCase> Judged => HttpCases.All.Where(c => c.Verdict != "DROPPED");

    [Theory]
    [MemberData(nameof(Names))]
    public async Task LiveInALane_Request_MeetsItsSentence(string name)
    {
        var expected = ConformanceScene.Cases[name];
        using var client = await scene.ConnectAsync(expected);
        foreach (var sibling in Judged.Where(c => IsAllowedBeside(c, expected)).Take(2))
        {
            await HttpExchange.RunAsync(scene, sibling, client, times: 3);
        }

        await HttpExchange.RunAsync(scene, expected, client, times: 3);
    }

    [Fact]
    public async Task Kernel_RequestsOfTheTable_DecidesSome()
    {
        var expected = ConformanceScene.Cases["method"];
        using var client = await scene.ConnectAsync(expected);
        var before = await DecidedAsync();

        await Wait.UntilAsync(
            async () =>
            {
                await HttpExchange.RunAsync(scene, expected, client, times: 10);
                return await DecidedAsync() > before;
            },
            Wait.Patience,
            "the kernel to decide a request");
    }

    /// <summary>Requests that never came to the proxy.</summary>
    private async Task<ulong> DecidedAsync()
    {
        var lanes = await scene.ReadLanesAsync();
        Assert.Null(lanes.OffBecause);
        return lanes.Requests["decided"];
    }

    private static bool IsAllowedBeside(ConformanceCase other, ConformanceCase expected) =>
        other != expected && other.Verdict == "ALLOWED"
            && !other.Request.StartsWith("CONNECT ", StringComparison.Ordinal)
        && (other.To, other.Rules, other.From, other.PortOffset) == (expected.To, expected.Rules, expected.From,
            expected.PortOffset);
}
