using Envoy.Service.Discovery.V3;
using Google.Protobuf;
using Jumpgate.Grpc;
using Jumpgate.Testing;
using Jumpgate.Xds.Resources;
using Jumpgate.Xds.Tests.Support;

namespace Jumpgate.Xds.Tests.Protocol;

/// <summary>Clients that are wrong, hostile or slow.</summary>
public sealed class MisuseTests
{
    [Fact]
    public async Task Rule10_FirstRequestWithoutNode_IsInvalidArgument()
    {
        await using var server = await Bench.StartAsync(Bench.Clusters("a"));
        await using var call = RawCall.Open(RawCall.Http(server.Address.Port), Paths.Ads);

        await call.SendAsync(new DiscoveryRequest { TypeUrl = XdsType.Cluster.Url }.ToByteArray());

        var (code, message) = await call.StatusAsync();
        Assert.Equal(StatusCode.InvalidArgument, code);
        Assert.Contains("node.id", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rule10_NodeInTheFirstRequestOnly_IsEnough()
    {
        await using var server = await Bench.StartAsync(Bench.Clusters("a"));
        await using var client = SotwClient.Open(server);
        await client.SubscribeAsync(XdsType.Cluster);
        await client.NextAsync(XdsType.Cluster);

        await client.SubscribeAsync(XdsType.Endpoint, "a");
        await client.RequestAsync(XdsType.Cluster, "stale", null, []);
        await client.NothingAsync();
    }

    [Fact]
    public async Task NodeOfNoGroup_IsPermissionDenied()
    {
        await using var server = await Bench.StartAsync(Bench.Clusters("a"));
        await using var client = SotwClient.Open(server, node: "stranger");

        await client.SubscribeAsync(XdsType.Cluster);

        Assert.Equal(StatusCode.PermissionDenied, (await client.Call.StatusAsync()).Code);
    }

    [Fact]
    public async Task UnknownType_IsSilent_AndTheStreamGoesOn()
    {
        await using var server = await Bench.StartAsync(Bench.Clusters("a"));
        await using var client = SotwClient.Open(server);

        await client.SubscribeAsync(XdsType.Of("type.googleapis.com/envoy.service.runtime.v3.Runtime"), "x");
        await client.SubscribeAsync(XdsType.Cluster);

        await client.NextAsync(XdsType.Cluster);
        await client.NothingAsync();
    }

    [Fact]
    public async Task NoType_IsInvalidArgument()
    {
        await using var server = await Bench.StartAsync(Bench.Clusters("a"));
        await using var client = SotwClient.Open(server);

        await client.SubscribeAsync(XdsType.Of(""));

        Assert.Equal(StatusCode.InvalidArgument, (await client.Call.StatusAsync()).Code);
    }

    [Fact]
    public async Task TooManyTypes_IsResourceExhausted()
    {
        await using var server = await Bench.StartAsync(Bench.Clusters("a"));
        await using var client = SotwClient.Open(server);

        for (var i = 0; i < 65; i++)
        {
            await client.SubscribeAsync(XdsType.Of($"type.googleapis.com/made.up.Type{i}"), "x");
        }

        Assert.Equal(StatusCode.ResourceExhausted, (await client.Call.StatusAsync()).Code);
    }

    [Fact]
    public async Task OversizedMessage_IsResourceExhausted()
    {
        await using var server = await Bench.StartAsync(Bench.Clusters("a"));
        await using var client = SotwClient.Open(server);

        await client.Call.SendBytesAsync(new byte[] { 0, 0x7f, 0xff, 0xff, 0xff });

        Assert.Equal(StatusCode.ResourceExhausted, (await client.Call.StatusAsync()).Code);
    }

    [Fact]
    public async Task MalformedMessage_EndsItsStreamOnly()
    {
        await using var server = await Bench.StartAsync(Bench.Clusters("a"));
        await using var good = SotwClient.Open(server);
        await good.SubscribeAsync(XdsType.Cluster);
        await good.AckAsync(await good.NextAsync(XdsType.Cluster));
        await using var bad = SotwClient.Open(server);

        await bad.Call.SendAsync([0xff, 0xff, 0xff]);

        Assert.Equal(StatusCode.Internal, (await bad.Call.StatusAsync()).Code);
        await good.NothingAsync();
    }

    [Theory]
    [InlineData("envoy.service.listener.v3.ListenerDiscoveryService/StreamListeners", "LDS", "old")]
    [InlineData("envoy.service.route.v3.RouteDiscoveryService/StreamRoutes", "RDS", "old")]
    [InlineData("envoy.service.cluster.v3.ClusterDiscoveryService/StreamClusters", "CDS", "old")]
    [InlineData("envoy.service.endpoint.v3.EndpointDiscoveryService/StreamEndpoints", "EDS", "old")]
    [InlineData("envoy.service.secret.v3.SecretDiscoveryService/StreamSecrets", "SDS", "key")]
    public async Task SingleTypeService_ServesItsTypeAndNoOther(string path, string type, string name)
    {
        var secret = XdsResource.Create("key", new Envoy.Extensions.TransportSockets.Tls.V3.Secret { Name = "key" });
        await using var server = await Bench.StartAsync([.. Deathstar.Resources("old", 1), secret]);
        await using var client = SotwClient.Open(server, "/" + path);
        var mine = XdsType.InOrder.Single(t => t.ShortName == type);
        await client.SubscribeAsync(mine, name);
        Assert.Equal(name, (await client.NextAsync(mine)).Names());

        await client.SubscribeAsync(Fences.Type, "fence-1");

        Assert.Equal(StatusCode.InvalidArgument, (await client.Call.StatusAsync()).Code);
    }

    [Fact]
    public async Task ClientThatNeverReads_HoldsUpNobody()
    {
        await using var server = await Bench.StartAsync(Big(1));
        await using var deaf = SotwClient.Open(server);
        await using var good = SotwClient.Open(server);
        await deaf.SubscribeAsync(XdsType.Cluster);
        await good.SubscribeAsync(XdsType.Cluster);

        for (var i = 2u; i < 12; i++)
        {
            var response = await good.NextAsync(XdsType.Cluster);
            await good.AckAsync(response);
            server.Cache.Publish("all", Fences.Snapshot(Big(i)));
        }

        Assert.Equal(2000, (await good.NextAsync(XdsType.Cluster)).Resources.Count);
        var status = server.Streams.Describe().Where(s => s.Types.Any(t => t.State == Status.TypeSync.Waiting));
        Assert.NotEmpty(status);
    }

    [Fact]
    public async Task ClientThatGoes_LeavesNothing()
    {
        await using var server = await Bench.StartAsync(Bench.Clusters("a"));
        var client = SotwClient.Open(server);
        await client.SubscribeAsync(XdsType.Cluster);
        await client.NextAsync(XdsType.Cluster);
        Assert.Equal(1, server.Streams.Count);

        client.Call.Cancel();

        await Testing.Wait.UntilAsync(() => server.Streams.Count == 0, Wait.Patience, "the stream to be gone");
        await client.DisposeAsync();
    }

    [Fact]
    public async Task HalfClose_EndsTheStreamInPeace()
    {
        await using var server = await Bench.StartAsync(Bench.Clusters("a"));
        await using var client = SotwClient.Open(server);
        await client.SubscribeAsync(XdsType.Cluster);
        await client.NextAsync(XdsType.Cluster);

        client.Call.End();

        Assert.Equal(StatusCode.OK, (await client.Call.StatusAsync()).Code);
    }

    /// <summary>Some hundred kilobytes: more than the windows of HTTP/2 hold.</summary>
    private static IEnumerable<XdsResource> Big(uint seconds) =>
        Enumerable.Range(0, 2000).Select(i => XdsResource.Create(
        $"cluster-{i:0000}",
        new Envoy.Config.Cluster.V3.Cluster
        {
            Name = $"cluster-{i:0000}",
            AltStatName = new string('x', 100),
            ConnectTimeout = new Google.Protobuf.WellKnownTypes.Duration { Seconds = seconds },
        }));
}
