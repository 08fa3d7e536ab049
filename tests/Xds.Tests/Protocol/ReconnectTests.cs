using System.Net;
using Jumpgate.Grpc;
using Jumpgate.Xds.Resources;
using Jumpgate.Xds.Tests.Support;

namespace Jumpgate.Xds.Tests.Protocol;

/// <summary>Rules 9, 13 and 14: streams that come, come back, or come too early.</summary>
public sealed class ReconnectTests
{
    [Theory]
    [InlineData("")]
    [InlineData("a-foreign-version")]
    [InlineData(null)]
    public async Task Rule9_ReconnectWithAnyVersion_IsAnswered(string? version)
    {
        await using var server = await Bench.StartAsync(Deathstar.Endpoints("a", 1));
        await using var before = SotwClient.Open(server);
        await before.SubscribeAsync(XdsType.Endpoint, "a");
        var first = await before.NextAsync(XdsType.Endpoint);

        await using var after = SotwClient.Open(server);
        // Even the current version: it says nothing about which names the client had.
        await after.RequestAsync(XdsType.Endpoint, first.Nonce, null, ["a"], version ?? first.VersionInfo);

        Assert.Equal("a", (await after.NextAsync(XdsType.Endpoint)).Names());
    }

    [Fact]
    public async Task Rule9_Versions_AreTheSameInAnotherServer()
    {
        await using var one = await Bench.StartAsync(Bench.Clusters("a", "b"));
        await using var other = await Bench.StartAsync(Bench.Clusters("b", "a"));
        await using var first = SotwClient.Open(one);
        await using var second = SotwClient.Open(other);
        await first.SubscribeAsync(XdsType.Cluster);
        await second.SubscribeAsync(XdsType.Cluster);

        Assert.Equal((await first.NextAsync()).VersionInfo, (await second.NextAsync()).VersionInfo);
    }

    [Fact]
    public async Task Rule9_Delta_KnownVersionsAreNotSentAgain_AndWhatIsGoneIsRemoved()
    {
        await using var server = await Bench.StartAsync(Bench.Clusters("a", "b"));
        await using var before = DeltaClient.Open(server);
        await before.SubscribeAsync(XdsType.Cluster);
        var versions = (await before.NextAsync(XdsType.Cluster)).Resources.ToDictionary(r => r.Name, r => r.Version);

        await using var after = DeltaClient.Open(server);
        await after.RequestAsync(
            XdsType.Cluster, initial: new() { ["a"] = versions["a"], ["b"] = "another", ["gone"] = "1" });

        Assert.Equal("b,-gone", (await after.NextAsync(XdsType.Cluster)).Names());
    }

    [Fact]
    public async Task Rule9_Delta_NameThatDoesNotExist_IsRemovedOnce()
    {
        await using var server = await Bench.StartAsync(Deathstar.Endpoints("a", 1));
        await using var client = DeltaClient.Open(server);

        await client.SubscribeAsync(XdsType.Endpoint, "a", "nowhere");

        Assert.Equal("a,-nowhere", (await client.AcceptAsync(XdsType.Endpoint)).Names());
        await client.NothingAsync();
        server.Cache.Publish("all", Fences.Snapshot(Deathstar.Endpoints("a", 1), Deathstar.Endpoints("nowhere", 1)));
        Assert.Equal("nowhere", (await client.NextAsync(XdsType.Endpoint)).Names());
    }

    [Fact]
    public async Task Rule13_NothingPublishedYet_IsUnavailable()
    {
        await using var server = await XdsLab.StartAsync();
        await using var client = SotwClient.Open(server);

        await client.SubscribeAsync(XdsType.Cluster);

        Assert.Equal(StatusCode.Unavailable, (await client.Call.StatusAsync()).Code);
    }

    [Fact]
    public async Task Rule13_Withdrawn_EndsTheStreamAndSendsNoEmptyConfiguration()
    {
        await using var server = await Bench.StartAsync(Bench.Clusters("a"));
        await using var client = SotwClient.Open(server);
        await client.SubscribeAsync(XdsType.Cluster);
        await client.AckAsync(await client.NextAsync(XdsType.Cluster));

        server.Cache.Withdraw("all");

        Assert.Null(await client.Call.NextAsync());
        Assert.Equal(StatusCode.Unavailable, (await client.Call.StatusAsync()).Code);
    }

    [Fact]
    public async Task Rule13_ServerStops_StreamsEndUnavailable()
    {
        var server = await Bench.StartAsync(Bench.Clusters("a"));
        await using var client = SotwClient.Open(server);
        await client.SubscribeAsync(XdsType.Cluster);
        await client.NextAsync(XdsType.Cluster);

        await server.DisposeAsync();

        // The status, or before it the connection's end, which gRPC clients take for the same; nothing else comes.
        var end = await Record.ExceptionAsync(async () =>
        {
            Assert.Null(await client.Call.NextAsync());
            Assert.Equal(StatusCode.Unavailable, (await client.Call.StatusAsync()).Code);
        });
        Assert.True(end is null or IOException, $"{end}");
    }

    [Fact]
    public async Task Rule14_ChangesWhileTheClientHasNotAnswered_BecomeOne()
    {
        await using var server = await Bench.StartAsync(Bench.Clusters("a"));
        await using var client = SotwClient.Open(server);
        await client.SubscribeAsync(XdsType.Cluster);
        var first = await client.NextAsync(XdsType.Cluster);

        for (var seconds = 10u; seconds < 60; seconds++)
        {
            server.Cache.Publish("all", Fences.Snapshot(Deathstar.Cluster("a", seconds), Deathstar.Endpoints("a", 1)));
        }

        await client.NothingAsync();
        await client.AckAsync(first);
        var last = await client.NextAsync(XdsType.Cluster);
        Assert.Equal(59, last.Resources.Single().Unpack<Envoy.Config.Cluster.V3.Cluster>().ConnectTimeout.Seconds);
        await client.AckAsync(last);
        await client.NothingAsync();
    }

    [Fact]
    public async Task Rule14_Debounce_ManyChangesBecomeOneWithTheFirstAtOnce()
    {
        var options =
            XdsLab.Options with
            {
                DebounceQuiet = TimeSpan.FromMilliseconds(100),
                DebounceAtMost = TimeSpan.FromSeconds(1)
            };
        await using var server = await XdsLab.StartAsync(options);
        server.Cache.Publish("all", Deathstar.Service(1));
        Assert.Equal(Deathstar.Service(1).Version, server.Cache.Current("all")!.Version);

        for (var port = 2; port < 10; port++)
        {
            server.Cache.Publish("all", Deathstar.Service(port));
        }

        await using var client = SotwClient.Open(server);
        await client.SubscribeAsync(XdsType.Endpoint, "deathstar");
        var response = await client.NextAsync(XdsType.Endpoint);
        await client.AckAsync(response, "deathstar");
        for (; PortOf(response) != 9; response = await client.NextAsync(XdsType.Endpoint))
        {
            // Only what was there before the quiet moment may come first.
            Assert.Equal(1u, PortOf(response));
        }
    }

    [Fact]
    public async Task Groups_NodesOfDifferentGroups_GetTheirOwn()
    {
        await using var server = await XdsLab.StartAsync(group: null);
        server.Cache.Publish("one", Fences.Snapshot(Bench.Clusters("a")));
        server.Cache.Publish("two", Fences.Snapshot(Bench.Clusters("b")));
        await using var one = SotwClient.Open(server, node: "one");
        await using var two = SotwClient.Open(server, node: "two");
        await one.SubscribeAsync(XdsType.Cluster);
        await two.SubscribeAsync(XdsType.Cluster);

        Assert.Equal("a", (await one.NextAsync(XdsType.Cluster)).Names());
        Assert.Equal("b", (await two.NextAsync(XdsType.Cluster)).Names());
    }

    [Fact]
    public async Task Start_PlaintextBeyondLoopback_IsRefusedUnlessAskedFor()
    {
        var options = XdsLab.Options with { Listen = new IPEndPoint(IPAddress.Any, 0) };

        var refusal = await Assert.ThrowsAsync<XdsException>(() => XdsLab.StartAsync(options));

        Assert.Contains("plaintext is for loopback", refusal.Message, StringComparison.Ordinal);
        await using var server = await XdsLab.StartAsync(options with { AllowPlaintext = true });
        Assert.NotEqual(0, server.Address.Port);
    }

    private static uint PortOf(Envoy.Service.Discovery.V3.DiscoveryResponse response) =>
        response.Resources.Single().Unpack<Envoy.Config.Endpoint.V3.ClusterLoadAssignment>()
            .Endpoints.Single().LbEndpoints.Single().Endpoint.Address.SocketAddress.PortValue;
}
