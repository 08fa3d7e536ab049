using Jumpgate.Xds.Resources;
using Jumpgate.Xds.Tests.Support;

namespace Jumpgate.Xds.Tests.Protocol;

/// <summary>State of the world: the rules that others get wrong, one by one.</summary>
public sealed class SotwRulesTests
{
    [Fact]
    public async Task Rule1_RequestWithAnOldVersionAndNoError_IsAnAck()
    {
        await using var server = await StartAsync(Deathstar.Cluster("a"), Deathstar.Endpoints("a", 1));
        await using var client = SotwClient.Open(server);
        await client.SubscribeAsync(XdsType.Cluster);
        var response = await client.NextAsync(XdsType.Cluster);

        await client.RequestAsync(XdsType.Cluster, response.Nonce, null, [], "some-other-version");
        await client.NothingAsync();

        var status = server.Streams.Describe().Single().Types.Single(t => t.Type == "CDS");
        Assert.Equal((response.VersionInfo, 0L), (status.AckedVersion, status.Rejections));
    }

    [Fact]
    public async Task Rule2_Nack_IsNotAnsweredUntilTheContentChanges()
    {
        await using var server = await StartAsync(Deathstar.Cluster("a"), Deathstar.Endpoints("a", 1));
        await using var client = SotwClient.Open(server);
        await client.SubscribeAsync(XdsType.Cluster);
        var refused = await client.NextAsync(XdsType.Cluster);

        await client.NackAsync(refused, "", "no such thing\nas a cluster");
        await client.NothingAsync();
        // The same again is no change, whoever publishes it.
        Assert.False(server.Cache.Publish("all", Fences.Snapshot(Deathstar.Cluster("a"), Deathstar.Endpoints("a", 1))));
        await client.NothingAsync();
        var status = server.Streams.Describe().Single().Types.Single(t => t.Type == "CDS");
        Assert.Equal(Status.TypeSync.Rejected, status.State);
        Assert.Equal(("no such thing as a cluster", refused.VersionInfo), (status.LastError, status.LastErrorVersion));

        server.Cache.Publish("all", Fences.Snapshot(Deathstar.Cluster("a", 7), Deathstar.Endpoints("a", 1)));
        var better = await client.NextAsync(XdsType.Cluster);
        Assert.NotEqual(refused.VersionInfo, better.VersionInfo);
        await client.AckAsync(better);
        await client.NothingAsync();
        status = server.Streams.Describe().Single().Types.Single(t => t.Type == "CDS");
        // It is accepted now, and what was refused is remembered.
        Assert.Equal((Status.TypeSync.Synced, "no such thing as a cluster"), (status.State, status.LastError));
    }

    [Fact]
    public async Task Rule2_MoreNamesAfterANack_AreServed()
    {
        await using var server = await StartAsync(Deathstar.Endpoints("a", 1), Deathstar.Endpoints("b", 2));
        await using var client = SotwClient.Open(server);
        await client.SubscribeAsync(XdsType.Endpoint, "a");
        var refused = await client.NextAsync(XdsType.Endpoint);
        await client.NackAsync(refused, "", "no", "a");

        await client.RequestAsync(XdsType.Endpoint, refused.Nonce, null, ["a", "b"]);

        Assert.Equal("b", (await client.NextAsync(XdsType.Endpoint)).Names());
        var status = server.Streams.Describe().Single().Types.Single(t => t.Type == "EDS");
        // The second request with that nonce was no ACK of what had been refused.
        Assert.Null(status.AckedVersion);
    }

    [Fact]
    public async Task Rule2_BackToWhatWasAcceptedBeforeTheNack_IsSent()
    {
        await using var server = await StartAsync(Deathstar.Cluster("a"), Deathstar.Endpoints("a", 1));
        await using var client = SotwClient.Open(server);
        await client.SubscribeAsync(XdsType.Cluster);
        var good = await client.NextAsync(XdsType.Cluster);
        await client.AckAsync(good);
        server.Cache.Publish("all", Fences.Snapshot(Deathstar.Cluster("a", 9), Deathstar.Endpoints("a", 1)));
        await client.NackAsync(await client.NextAsync(XdsType.Cluster), good.VersionInfo, "no");

        server.Cache.Publish("all", Fences.Snapshot(Deathstar.Cluster("a"), Deathstar.Endpoints("a", 1)));

        Assert.Equal(good.VersionInfo, (await client.NextAsync(XdsType.Cluster)).VersionInfo);
    }

    [Fact]
    public async Task Rule3_StaleNonce_ChangesNothing()
    {
        await using var server =
            await StartAsync(Deathstar.Endpoints("a", 1), Deathstar.Endpoints("b", 2), Deathstar.Endpoints("c", 3));
        await using var client = SotwClient.Open(server);
        await client.SubscribeAsync(XdsType.Endpoint, "a");
        var first = await client.NextAsync(XdsType.Endpoint);
        await client.AckAsync(first, "a", "b");
        var second = await client.NextAsync(XdsType.Endpoint);
        Assert.Equal("b", second.Names());

        await client.AckAsync(first, "a", "c");
        await client.NothingAsync();
        await client.AckAsync(second, "a", "b", "c");

        Assert.Equal("c", (await client.NextAsync(XdsType.Endpoint)).Names());
        Assert.Equal(1, server.Streams.Describe().Single().Types.Single(t => t.Type == "EDS").StaleRequests);
    }

    [Fact]
    public async Task Rule4_NamesOnceGiven_AnEmptyListMeansNothing()
    {
        await using var server = await StartAsync(Clusters("a", "b"));
        await using var client = SotwClient.Open(server);
        await client.SubscribeAsync(XdsType.Cluster, "a");
        var named = await client.NextAsync(XdsType.Cluster);
        Assert.Equal("a", named.Names());

        await client.AckAsync(named);
        await client.NothingAsync();
        server.Cache.Publish("all", Fences.Snapshot(Clusters("a", "b", "c")));

        await client.NothingAsync();
    }

    [Fact]
    public async Task Rule4_StarThenEmpty_MeansNothing()
    {
        await using var server = await StartAsync(Clusters("a", "b"));
        await using var client = SotwClient.Open(server);
        await client.SubscribeAsync(XdsType.Cluster, "*");
        var all = await client.NextAsync(XdsType.Cluster);
        Assert.Equal("a,b", all.Names());

        await client.AckAsync(all);
        server.Cache.Publish("all", Fences.Snapshot(Clusters("a", "b", "c")));

        await client.NothingAsync();
    }

    [Theory]
    [InlineData("EDS")]
    [InlineData("RDS")]
    [InlineData("SDS")]
    public async Task Rule4_EmptyListOfNamedTypes_IsNoWildcard(string type)
    {
        await using var server = await StartAsync([.. Clusters("a"), Deathstar.Route("r", "r", "a")]);
        await using var client = SotwClient.Open(server);

        await client.SubscribeAsync(XdsType.InOrder.Single(t => t.ShortName == type));

        await client.NothingAsync();
    }

    [Fact]
    public async Task Rule5_NameAddedAgain_IsSentAlthoughItDidNotChange()
    {
        await using var server = await StartAsync(Deathstar.Endpoints("a", 1), Deathstar.Endpoints("b", 2));
        await using var client = SotwClient.Open(server);
        await client.SubscribeAsync(XdsType.Endpoint, "a", "b");
        var both = await client.NextAsync(XdsType.Endpoint);
        Assert.Equal("a,b", both.Names());
        await client.AckAsync(both, "b");
        await client.NothingAsync();

        await client.AckAsync(both, "a", "b");

        var again = await client.NextAsync(XdsType.Endpoint);
        Assert.Equal(("a", both.VersionInfo), (again.Names(), again.VersionInfo));
    }

    [Fact]
    public async Task Rule6_WholeTypes_AreSentInFull_NamedOnesInPart()
    {
        await using var server = await StartAsync(Clusters("a", "b"));
        await using var client = SotwClient.Open(server);
        await client.SubscribeAsync(XdsType.Cluster);
        await client.AckAsync(await client.NextAsync(XdsType.Cluster));
        await client.SubscribeAsync(XdsType.Endpoint, "a", "b");
        await client.AckAsync(await client.NextAsync(XdsType.Endpoint), "a", "b");

        server.Cache.Publish("all", Fences.Snapshot(
            Deathstar.Cluster("a"), Deathstar.Endpoints("a", 1), Deathstar.Cluster("b", 9),
            Deathstar.Endpoints("b", 77)));

        var clusters = await client.NextAsync(XdsType.Cluster);
        Assert.Equal("a,b", clusters.Names());
        await client.AckAsync(clusters);
        Assert.Equal("b", (await client.NextAsync(XdsType.Endpoint)).Names());
    }

    [Fact]
    public async Task Rule6_RemovalOfNamedTypes_IsNotSent_AndComingBackIs()
    {
        await using var server = await StartAsync(Deathstar.Endpoints("a", 1), Deathstar.Endpoints("b", 2));
        await using var client = SotwClient.Open(server);
        await client.SubscribeAsync(XdsType.Endpoint, "a", "b");
        await client.AckAsync(await client.NextAsync(XdsType.Endpoint), "a", "b");

        server.Cache.Publish("all", Fences.Snapshot(Deathstar.Endpoints("b", 2)));
        await client.NothingAsync();
        server.Cache.Publish("all", Fences.Snapshot(Deathstar.Endpoints("a", 5), Deathstar.Endpoints("b", 2)));

        Assert.Equal("a", (await client.NextAsync(XdsType.Endpoint)).Names());
    }

    [Theory]
    [InlineData("LDS")]
    [InlineData("CDS")]
    public async Task Rule7_FirstWildcardRequest_IsAnsweredEvenWhenThereIsNothing(string name)
    {
        var type = XdsType.InOrder.Single(t => t.ShortName == name);
        await using var server = await StartAsync();
        await using var client = SotwClient.Open(server);

        await client.SubscribeAsync(type);

        var response = await client.NextAsync(type);
        Assert.Empty(response.Resources);
        await client.AckAsync(response);
        // Once.
        await client.NothingAsync();
    }

    [Fact]
    public async Task Rule7_NamedListenerThatDoesNotExist_IsAnsweredByItsAbsence()
    {
        await using var server = await StartAsync(Clusters("a"));
        await using var client = SotwClient.Open(server);

        await client.SubscribeAsync(XdsType.Listener, "nowhere");

        Assert.Empty((await client.NextAsync(XdsType.Listener)).Resources);
    }

    [Fact]
    public async Task Rule8_ChangedCluster_BringsItsUnchangedEndpointsAgain()
    {
        await using var server = await StartAsync(Clusters("a", "b"));
        await using var client = SotwClient.Open(server);
        await client.SubscribeAsync(XdsType.Cluster);
        await client.AckAsync(await client.NextAsync(XdsType.Cluster));
        await client.SubscribeAsync(XdsType.Endpoint, "a", "b");
        await client.AckAsync(await client.NextAsync(XdsType.Endpoint), "a", "b");

        server.Cache.Publish("all", Fences.Snapshot(
            Deathstar.Cluster("a", 30), Deathstar.Endpoints("a", 1), Deathstar.Cluster("b"),
            Deathstar.Endpoints("b", 1)));
        await client.AckAsync(await client.NextAsync(XdsType.Cluster));

        Assert.Equal("a", (await client.NextAsync(XdsType.Endpoint)).Names());
    }

    private static Task<XdsServer> StartAsync(params IEnumerable<XdsResource> resources) => Bench.StartAsync(resources);

    private static IEnumerable<XdsResource> Clusters(params string[] names) => Bench.Clusters(names);
}
