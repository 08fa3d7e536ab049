using Jumpgate.Xds.Resources;
using Jumpgate.Xds.Tests.Support;

namespace Jumpgate.Xds.Tests.Protocol;

/// <summary>The same rules in the incremental protocol.</summary>
public sealed class DeltaRulesTests
{
    [Fact]
    public async Task Rule2_Nack_IsNotAnsweredUntilTheResourceChanges()
    {
        await using var server = await Bench.StartAsync(Bench.Clusters("a", "b"));
        await using var client = DeltaClient.Open(server);
        await client.SubscribeAsync(XdsType.Cluster);
        await client.NackAsync(await client.NextAsync(XdsType.Cluster), "no");
        await client.NothingAsync();

        server.Cache.Publish("all", Fences.Snapshot(
            Deathstar.Cluster("a", 9), Deathstar.Endpoints("a", 1), Deathstar.Cluster("b"),
            Deathstar.Endpoints("b", 1)));

        Assert.Equal("a", (await client.AcceptAsync(XdsType.Cluster)).Names());
        await client.NothingAsync();
    }

    [Fact]
    public async Task Rule3_StaleNonce_KeepsTheSubscriptionItCarries()
    {
        await using var server = await Bench.StartAsync(Deathstar.Endpoints("a", 1), Deathstar.Endpoints("b", 1));
        await using var client = DeltaClient.Open(server);
        await client.SubscribeAsync(XdsType.Endpoint, "a");
        await client.AcceptAsync(XdsType.Endpoint);

        await client.RequestAsync(XdsType.Endpoint, nonce: "stale", subscribe: ["b"], unsubscribe: ["a"]);

        Assert.Equal("b", (await client.AcceptAsync(XdsType.Endpoint)).Names());
        server.Cache.Publish("all", Fences.Snapshot(Deathstar.Endpoints("a", 2), Deathstar.Endpoints("b", 1)));
        await client.NothingAsync();
    }

    [Fact]
    public async Task Rule4_FirstRequestWithoutNames_IsWildcard_AndStaysSoBesideNames()
    {
        await using var server = await Bench.StartAsync(Bench.Clusters("a", "b"));
        await using var client = DeltaClient.Open(server);
        await client.SubscribeAsync(XdsType.Cluster);
        Assert.Equal("a,b", (await client.AcceptAsync(XdsType.Cluster)).Names());
        await client.SubscribeAsync(XdsType.Cluster, "a");
        Assert.Equal("a", (await client.AcceptAsync(XdsType.Cluster)).Names());

        server.Cache.Publish("all", Fences.Snapshot(Bench.Clusters("a", "b", "c")));
        Assert.Equal("c", (await client.AcceptAsync(XdsType.Cluster)).Names());
        await client.RequestAsync(XdsType.Cluster, unsubscribe: ["*"]);
        // The server has heard it now: a change that overtook it would still be sent.
        await client.NothingAsync();
        server.Cache.Publish("all", Fences.Snapshot(Bench.Clusters("a", "b", "c", "d")));
        await client.NothingAsync();
    }

    [Fact]
    public async Task Rule4_FirstRequestWithNames_IsNoWildcardLater()
    {
        await using var server = await Bench.StartAsync(Bench.Clusters("a", "b"));
        await using var client = DeltaClient.Open(server);
        await client.SubscribeAsync(XdsType.Cluster, "a");
        Assert.Equal("a", (await client.AcceptAsync(XdsType.Cluster)).Names());

        await client.RequestAsync(XdsType.Cluster, unsubscribe: ["a"]);
        await client.SubscribeAsync(XdsType.Cluster);

        await client.NothingAsync();
    }

    [Fact]
    public async Task Rule4_EmptyFirstRequestOfANamedType_IsNoWildcard()
    {
        await using var server = await Bench.StartAsync(Bench.Clusters("a"));
        await using var client = DeltaClient.Open(server);

        await client.SubscribeAsync(XdsType.Endpoint);

        await client.NothingAsync();
    }

    [Fact]
    public async Task Rule5_NameSubscribedAgain_IsSentAlthoughItDidNotChange()
    {
        await using var server = await Bench.StartAsync(Deathstar.Endpoints("a", 1));
        await using var client = DeltaClient.Open(server);
        await client.SubscribeAsync(XdsType.Endpoint, "a");
        await client.AcceptAsync(XdsType.Endpoint);

        await client.SubscribeAsync(XdsType.Endpoint, "a");

        Assert.Equal("a", (await client.NextAsync(XdsType.Endpoint)).Names());
    }

    [Fact]
    public async Task Rule5_UnsubscribedUnderAWildcard_ItsStateIsTold()
    {
        await using var server = await Bench.StartAsync(Bench.Clusters("a", "b"));
        await using var client = DeltaClient.Open(server);
        await client.SubscribeAsync(XdsType.Cluster, "*", "a", "nowhere");
        Assert.Equal("a,b,-nowhere", (await client.AcceptAsync(XdsType.Cluster)).Names());

        await client.RequestAsync(XdsType.Cluster, unsubscribe: ["a", "nowhere"]);

        Assert.Equal("a,-nowhere", (await client.AcceptAsync(XdsType.Cluster)).Names());
        await client.NothingAsync();
    }

    [Fact]
    public async Task Rule7_FirstWildcardRequest_IsAnsweredEvenWhenThereIsNothing()
    {
        await using var server = await Bench.StartAsync();
        await using var client = DeltaClient.Open(server);

        await client.SubscribeAsync(XdsType.Listener);

        Assert.Equal("", (await client.AcceptAsync(XdsType.Listener)).Names());
        await client.NothingAsync();
    }

    [Fact]
    public async Task Rule8_ChangedCluster_BringsItsUnchangedEndpointsAgain()
    {
        await using var server = await Bench.StartAsync(Bench.Clusters("a", "b"));
        await using var client = DeltaClient.Open(server);
        await client.SubscribeAsync(XdsType.Cluster);
        await client.AcceptAsync(XdsType.Cluster);
        await client.SubscribeAsync(XdsType.Endpoint, "a", "b");
        await client.AcceptAsync(XdsType.Endpoint);

        server.Cache.Publish("all", Fences.Snapshot(
            Deathstar.Cluster("a", 9), Deathstar.Endpoints("a", 1), Deathstar.Cluster("b"),
            Deathstar.Endpoints("b", 1)));

        Assert.Equal("a", (await client.AcceptAsync(XdsType.Cluster)).Names());
        Assert.Equal("a", (await client.AcceptAsync(XdsType.Endpoint)).Names());
    }

    [Fact]
    public async Task Removal_OfANamedResource_IsTold()
    {
        await using var server = await Bench.StartAsync(Deathstar.Endpoints("a", 1), Deathstar.Endpoints("b", 1));
        await using var client = DeltaClient.Open(server);
        await client.SubscribeAsync(XdsType.Endpoint, "a", "b");
        await client.AcceptAsync(XdsType.Endpoint);

        server.Cache.Publish("all", Fences.Snapshot(Deathstar.Endpoints("b", 1)));

        Assert.Equal("-a", (await client.AcceptAsync(XdsType.Endpoint)).Names());
        await client.NothingAsync();
    }
}
