using Envoy.Config.Cluster.V3;
using Jumpgate.Testing;
using Jumpgate.Xds.Resources;
using Jumpgate.Xds.Tests.Support;

namespace Jumpgate.Xds.Tests.Clients;

/// <summary>gRPC applications whose channels are configured by this server: C-core (Python) and grpc-js.</summary>
public sealed class RealClientTests
{

    public static TheoryData<string> Clients => ["python", "node"];

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task Channel_FollowsItsControlPlane_ThroughChangesBadOnesAndARestart(string language)
    {
        await using var first = await EchoServer.StartAsync();
        await using var second = await EchoServer.StartAsync();
        var xds = await XdsLab.StartAsync();
        xds.Cache.Publish("all", Deathstar.Service(first.Port));
        await using var client = Start(language, xds);

        // Resolves and calls.
        Assert.Equal($"OK {first.Port}", await client.AskAsync("hello"));

        // Follows endpoints.
        xds.Cache.Publish("all", Deathstar.Service(second.Port));
        await AnswersAsync(client, second.Port);

        // Refuses what is bad, keeps what it had, and the server says why and does not insist.
        xds.Cache.Publish("all", Deathstar.Snapshot(
            Deathstar.Listener("deathstar", "deathstar"), Deathstar.Route("deathstar", "deathstar", "deathstar"),
            BadCluster(),
            Deathstar.Endpoints("deathstar", second.Port)));
        await Wait.UntilAsync(() => Cds(xds)?.LastError is not null, Wait.Patience, "the bad cluster to be refused", () =>
            client.Errors);
        Assert.Equal((Status.TypeSync.Rejected, 1L), (Cds(xds)!.State, Cds(xds)!.Rejections));
        Assert.Equal($"OK {second.Port}", await client.AskAsync("hello"));

        // Takes the good one after it.
        xds.Cache.Publish("all", Deathstar.Service(first.Port));
        await AnswersAsync(client, first.Port);
        await Wait.UntilAsync(
            () => Cds(xds)?.State == Status.TypeSync.Synced, Wait.Patience, "the good cluster to be accepted");
        Assert.Equal(1, Cds(xds)!.Rejections);

        // Goes on without a control plane, and finds the next one.
        var address = xds.Address;
        await xds.DisposeAsync();
        Assert.Equal($"OK {first.Port}", await client.AskAsync("hello"));
        await using var again = await XdsLab.StartAsync(XdsLab.Options with { Listen = address });
        Assert.Equal($"OK {first.Port}", await client.AskAsync("hello"));
        again.Cache.Publish("all", Deathstar.Service(second.Port));
        await AnswersAsync(client, second.Port);
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task Channel_ToANameThatDoesNotExist_ComesAliveWithIt(string language)
    {
        await using var backend = await EchoServer.StartAsync();
        await using var xds = await XdsLab.StartAsync();
        xds.Cache.Publish("all", Deathstar.Snapshot(Deathstar.Resources("endor", backend.Port)));
        await using var client = Start(language, xds);

        if (language == "python")
        {
            // grpc-js waits 15 s for a listener that it never had; C-core takes its absence for an answer, as it is
            // meant.
            Assert.StartsWith("UNAVAILABLE", await client.AskAsync("hello"), StringComparison.Ordinal);
        }

        xds.Cache.Publish("all", Deathstar.Service(backend.Port));
        await AnswersAsync(client, backend.Port);
    }

    private static async Task AnswersAsync(ClientProcess client, int port)
    {
        var answer = string.Empty;
        await Wait.UntilAsync(
            async () => (answer = await client.AskAsync("hello")) == $"OK {port}", Wait.Patience, $"OK {port}",
            () => $"{answer}\n{client.Errors}");
    }

    private static Status.TypeStatus? Cds(XdsServer xds) =>
        xds.Streams.Describe().SelectMany(s => s.Types).FirstOrDefault(t => t.Type == "CDS");

    /// <summary>Serializes well, and no gRPC client can use it.</summary>
    private static XdsResource BadCluster() => XdsResource.Create(
        "deathstar", new Cluster { Name = "deathstar", Type = Cluster.Types.DiscoveryType.OriginalDst });

    private static ClientProcess Start(string language, XdsServer xds) => language == "python"
        ? ClientProcess.Python("xds_client.py", XdsBootstrap.For(xds.Address), "xds:///deathstar", EchoServer.Method)
        : ClientProcess.Node("xds_client.js", XdsBootstrap.For(xds.Address), "xds:///deathstar", EchoServer.Method);
}
