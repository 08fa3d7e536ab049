using Jumpgate.Xds.Resources;
using Jumpgate.Xds.Tests.Support;

namespace Jumpgate.Xds.Tests.Protocol;

/// <summary>Rule 11, make before break: nobody ever refers to what he does not have.</summary>
public sealed class OrderTests
{
    [Fact]
    public async Task Rule11_NewClusterAndRoute_ClustersTheirAckAndEndpointsComeFirst()
    {
        await using var server = await Bench.StartAsync(Deathstar.Resources("old", 1));
        await using var client = SotwClient.Open(server);
        await SubscribeToAllAsync(client, "old");

        server.Cache.Publish("all", Fences.Snapshot(Moved("old", "new")));

        var clusters = await client.NextAsync(XdsType.Cluster);
        // What goes stays until nobody refers to it.
        Assert.Equal("new,old", clusters.Names());
        await client.NothingAsync();
        await client.AckAsync(clusters);
        // The client will ask for the new cluster's endpoints.
        await client.NothingAsync();
        await client.AckAsync(_endpoints!, "old", "new");
        var endpoints = await client.NextAsync(XdsType.Endpoint);
        Assert.Equal("new", endpoints.Names());
        await client.NothingAsync();
        await client.AckAsync(endpoints, "old", "new");
        var routes = await client.NextAsync(XdsType.Route);
        await client.NothingAsync();
        await client.AckAsync(routes, "old");
        Assert.Equal("new", (await client.NextAsync(XdsType.Cluster)).Names());
    }

    [Fact]
    public async Task Rule11_RemovalOnly_WaitsForNobody()
    {
        await using var server = await Bench.StartAsync([.. Deathstar.Resources("old", 1), .. Bench.Clusters("unused")]);
        await using var client = SotwClient.Open(server);
        await SubscribeToAllAsync(client, "old");

        server.Cache.Publish("all", Fences.Snapshot(Deathstar.Resources("old", 1)));

        Assert.Equal("old", (await client.NextAsync(XdsType.Cluster)).Names());
    }

    [Fact]
    public async Task Rule11_ClusterRefused_ListenersAndRoutesGoOn()
    {
        await using var server = await Bench.StartAsync(Deathstar.Resources("old", 1));
        await using var client = SotwClient.Open(server);
        await SubscribeToAllAsync(client, "old");

        server.Cache.Publish("all", Fences.Snapshot(
            Deathstar.Listener("old", "old", 9), Deathstar.Route("old", "old", "old"), Deathstar.Cluster("old", 9),
            Deathstar.Endpoints("old", 1)));
        await client.NackAsync(await client.NextAsync(XdsType.Cluster), "", "no");
        // Its endpoints come again for the changed cluster, whatever became of it.
        await client.AckAsync(await client.NextAsync(XdsType.Endpoint), "old");

        Assert.Equal("old", (await client.NextAsync(XdsType.Listener)).Names());
    }

    [Fact]
    public async Task Rule11_NewClusterRefused_NobodyWaitsForItsEndpoints()
    {
        await using var server = await Bench.StartAsync(Deathstar.Resources("old", 1));
        await using var client = SotwClient.Open(server);
        await SubscribeToAllAsync(client, "old");

        server.Cache.Publish("all", Fences.Snapshot(Moved("old", "new")));
        await client.NackAsync(await client.NextAsync(XdsType.Cluster), "", "no");

        await client.NextAsync(XdsType.Route);
    }

    [Fact]
    public async Task Rule11_ClientThatNeverAnswers_HoldsItsListenersOnlyUntilTheTimeout()
    {
        await using var server = await XdsLab.StartAsync(XdsLab.Options with { OrderTimeout = TimeSpan.FromMilliseconds(50) });
        server.Cache.Publish("all", Fences.Snapshot(Deathstar.Resources("old", 1)));
        await using var client = SotwClient.Open(server);
        await SubscribeToAllAsync(client, "old");

        server.Cache.Publish("all", Fences.Snapshot(Moved("old", "new")));
        await client.NextAsync(XdsType.Cluster);

        await client.NextAsync(XdsType.Route);
    }

    [Fact]
    public async Task Rule11_Delta_RemovedClusterGoesAfterTheRouteThatUsedIt()
    {
        await using var server = await Bench.StartAsync(Deathstar.Resources("old", 1));
        await using var client = DeltaClient.Open(server);
        await client.SubscribeAsync(XdsType.Cluster);
        await client.AcceptAsync(XdsType.Cluster);
        await client.SubscribeAsync(XdsType.Endpoint, "old");
        await client.AcceptAsync(XdsType.Endpoint);
        await client.SubscribeAsync(XdsType.Route, "old");
        await client.AcceptAsync(XdsType.Route);

        server.Cache.Publish("all", Fences.Snapshot(Moved("old", "new")));

        Assert.Equal("new", (await client.AcceptAsync(XdsType.Cluster)).Names());
        await client.RequestAsync(XdsType.Endpoint, subscribe: ["new"], unsubscribe: ["old"]);
        Assert.Equal("new", (await client.AcceptAsync(XdsType.Endpoint)).Names());
        var routes = await client.NextAsync(XdsType.Route);
        await client.NothingAsync();
        await client.AckAsync(routes);
        Assert.Equal("-old", (await client.NextAsync(XdsType.Cluster)).Names());
    }

    private Envoy.Service.Discovery.V3.DiscoveryResponse? _endpoints;

    private async Task SubscribeToAllAsync(SotwClient client, string name)
    {
        await client.SubscribeAsync(XdsType.Cluster);
        await client.AckAsync(await client.NextAsync(XdsType.Cluster));
        await client.SubscribeAsync(XdsType.Endpoint, name);
        _endpoints = await client.NextAsync(XdsType.Endpoint);
        await client.AckAsync(_endpoints, name);
        await client.SubscribeAsync(XdsType.Listener);
        await client.AckAsync(await client.NextAsync(XdsType.Listener));
        await client.SubscribeAsync(XdsType.Route, name);
        await client.AckAsync(await client.NextAsync(XdsType.Route), name);
    }

    /// <summary>The listener and the route's name stay, the cluster is another.</summary>
    private static IEnumerable<XdsResource> Moved(string name, string cluster) =>
    [
        Deathstar.Listener(name, name), Deathstar.Route(name, name, cluster), Deathstar.Cluster(cluster),
        Deathstar.Endpoints(cluster, 2),
    ];
}
