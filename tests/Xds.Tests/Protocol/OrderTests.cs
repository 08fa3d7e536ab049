using Envoy.Extensions.TransportSockets.Tls.V3;
using Envoy.Service.Discovery.V3;
using Jumpgate.Xds.Resources;
using Jumpgate.Xds.Streams;
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
        await using var server =
            await Bench.StartAsync([.. Deathstar.Resources("old", 1), .. Bench.Clusters("unused")]);
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
        await using var server =
            await XdsLab.StartAsync(XdsLab.Options with { OrderTimeout = TimeSpan.FromMilliseconds(50) });
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

    /// <summary>It runs its former routes still.</summary>
    [Fact]
    public async Task Rule11_RouteRefused_ClusterStaysUntilARouteIsAccepted()
    {
        await using var server = await Bench.StartAsync(Deathstar.Resources("old", 1));
        await using var client = SotwClient.Open(server);
        await SubscribeToAllAsync(client, "old");

        server.Cache.Publish("all", Fences.Snapshot(Moved("old", "new")));
        await client.AckAsync(await client.NextAsync(XdsType.Cluster));
        await client.AckAsync(_endpoints!, "old", "new");
        await client.AckAsync(await client.NextAsync(XdsType.Endpoint), "old", "new");
        await client.NackAsync(await client.NextAsync(XdsType.Route), "", "no", "old");
        await client.NothingAsync();

        server.Cache.Publish("all", Fences.Snapshot(Moved("old", "new", "elsewhere")));
        await client.AckAsync(await client.NextAsync(XdsType.Route), "old");
        Assert.Equal("new", (await client.NextAsync(XdsType.Cluster)).Names());
    }

    [Fact]
    public async Task Rule11_Delta_RouteRefused_ClusterStaysUntilARouteIsAccepted()
    {
        await using var server = await Bench.StartAsync(Deathstar.Resources("old", 1));
        await using var client = DeltaClient.Open(server);
        await client.SubscribeAsync(XdsType.Cluster);
        await client.AcceptAsync(XdsType.Cluster);
        await client.SubscribeAsync(XdsType.Route, "old");
        await client.AcceptAsync(XdsType.Route);

        server.Cache.Publish("all", Fences.Snapshot(Moved("old", "new")));
        Assert.Equal("new", (await client.AcceptAsync(XdsType.Cluster)).Names());
        await client.NackAsync(await client.NextAsync(XdsType.Route), "no");
        await client.NothingAsync();

        server.Cache.Publish("all", Fences.Snapshot(Moved("old", "new", "elsewhere")));
        await client.AcceptAsync(XdsType.Route);
        Assert.Equal("-old", (await client.NextAsync(XdsType.Cluster)).Names());
    }

    /// <summary>What is refused is no slow answer: no time ends it, but the next answer, or too much that waits.</summary>
    [Theory]
    [InlineData(1, "")]
    [InlineData(2, "")]
    [InlineData(3, "old-0,old-1,old-2")]
    public void Rule11_RouteRefusedForLong_ClustersStay_AsManyAsMay(int clusters, string removed)
    {
        var clock = new Clock();
        var options = Bench.Options with
        {
            OrderTimeout = TimeSpan.FromSeconds(5),
            MaxKeptAfterRejection = 2,
            Time = clock,
        };
        var stream = new DiscoveryStream<DeltaType>(t => new DeltaType(t, clock), options);
        var before = Deathstar.Snapshot(
            [.. Bench.Clusters([.. Enumerable.Range(0, clusters).Select(i => $"old-{i}")]),
                Deathstar.Route("r", "r", "old-0"), XdsResource.Create("s", new Secret { Name = "s" })]);
        var after = Deathstar.Snapshot([.. Bench.Clusters("new"), Deathstar.Route("r", "r", "new")]);
        Accept(XdsType.Cluster, new() { ResourceNamesSubscribe = { "*" } });
        Accept(XdsType.Route, new() { ResourceNamesSubscribe = { "r" } });
        Accept(XdsType.Secret, new() { ResourceNamesSubscribe = { "s" } });
        Take(before, XdsType.Cluster, null);
        Take(before, XdsType.Secret, null);
        Take(before, XdsType.Route, null);
        Take(after, XdsType.Cluster, null);
        Take(after, XdsType.Route, "no");

        Assert.Equal(removed, Next());
        // The clusters' secret stays and goes with them.
        Assert.Equal(removed.Length > 0 ? "s" : "", Next());
        Assert.Equal("", Next());

        after = Deathstar.Snapshot([.. Bench.Clusters("new"), Deathstar.Route("r", "elsewhere", "new")]);
        Take(after, XdsType.Route, null);
        Assert.Equal(
            removed.Length > 0 ? "" : string.Join(',', Enumerable.Range(0, clusters).Select(i => $"old-{i}")), Next());
        Assert.Equal(removed.Length > 0 ? "" : "s", Next());

        string Next()
        {
            clock.Now += TimeSpan.FromDays(1);
            if (!stream.TryTake(after, out var type, out var content, out var wait))
            {
                Assert.Null(wait);
                return "";
            }

            Answer(type.Type, null);
            return string.Join(',', content.Removed);
        }

        void Accept(XdsType of, DeltaDiscoveryRequest request)
        {
            Assert.True(stream.TryGet(of.Url, out var type));
            type.Accept(request);
        }

        void Take(XdsSnapshot snapshot, XdsType of, string? error)
        {
            Assert.True(stream.TryTake(snapshot, out var type, out _, out _));
            Assert.Equal(of, type.Type);
            Answer(of, error);
        }

        void Answer(XdsType of, string? error)
        {
            Assert.True(stream.TryGet(of.Url, out var type));
            type.Accept(new()
            {
                ResponseNonce = type.Nonce,
                ErrorDetail = error is null ? null : new Google.Rpc.Status { Code = 13, Message = error },
            });
        }
    }

    private DiscoveryResponse? _endpoints;

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
    private static IEnumerable<XdsResource> Moved(string name, string cluster, string? domain = null) =>
    [
        Deathstar.Listener(name, name), Deathstar.Route(name, domain ?? name, cluster), Deathstar.Cluster(cluster),
        Deathstar.Endpoints(cluster, 2),
    ];

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
