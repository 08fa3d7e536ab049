using Envoy.Admin.V3;
using Envoy.Service.Status.V3;
using Envoy.Type.Matcher.V3;
using Google.Protobuf;
using Jumpgate.Grpc;
using Jumpgate.Grpc.Health;
using Jumpgate.Grpc.Reflection;
using Jumpgate.Xds.Resources;
using Jumpgate.Xds.Tests.Support;

namespace Jumpgate.Xds.Tests.Protocol;

/// <summary>Client status, health and reflection.</summary>
public sealed class SideServicesTests
{
    private const string Csds = "/envoy.service.status.v3.ClientStatusDiscoveryService/";

    [Fact]
    public async Task ClientStatus_OfAnAckedAndANackedType_SaysSo()
    {
        await using var server = await Bench.StartAsync(Bench.Clusters("a"));
        await using var client = SotwClient.Open(server);
        await client.SubscribeAsync(XdsType.Cluster);
        await client.AckAsync(await client.NextAsync(XdsType.Cluster));
        await client.SubscribeAsync(XdsType.Endpoint, "a", "b");
        await client.NackAsync(await client.NextAsync(XdsType.Endpoint), "", "no such galaxy", "a", "b");
        await client.NothingAsync();

        var response =
            await AskAsync(server, "FetchClientStatus", new ClientStatusRequest(), ClientStatusResponse.Parser);

        var node = response.Config.Single();
        Assert.Equal("tiefighter", node.Node.Id);
        var byName = node.GenericXdsConfigs.ToDictionary(c => (XdsType.Of(c.TypeUrl).ShortName, c.Name));
        Assert.Equal(ClientResourceStatus.Acked, byName[("CDS", "a")].ClientStatus);
        Assert.Equal("a", byName[("CDS", "a")].XdsConfig.Unpack<Envoy.Config.Cluster.V3.Cluster>().Name);
        Assert.Equal(ClientResourceStatus.Nacked, byName[("EDS", "a")].ClientStatus);
        Assert.Equal("no such galaxy", byName[("EDS", "a")].ErrorState.Details);
        Assert.Equal(ClientResourceStatus.DoesNotExist, byName[("EDS", "b")].ClientStatus);
    }

    [Fact]
    public async Task ClientStatus_NeverShowsSecrets()
    {
        var secret = XdsResource.Create("key", new Envoy.Extensions.TransportSockets.Tls.V3.Secret
        {
            Name = "key",
            GenericSecret = new() { Secret = new() { InlineString = "top-secret" } },
        });
        await using var server = await Bench.StartAsync(secret);
        await using var client = SotwClient.Open(server);
        await client.SubscribeAsync(XdsType.Secret, "key");
        var sent = (await client.NextAsync(XdsType.Secret)).Resources.Single().Value.ToStringUtf8();
        Assert.Contains("top-secret", sent, StringComparison.Ordinal);

        var response =
            await AskAsync(server, "FetchClientStatus", new ClientStatusRequest(), ClientStatusResponse.Parser);

        Assert.Equal(
            "key", response.Config.Single().GenericXdsConfigs.Single(c => c.TypeUrl == XdsType.Secret.Url).Name);
        Assert.DoesNotContain("top-secret", response.ToByteString().ToStringUtf8(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tie", 1)]
    [InlineData("xwing", 0)]
    public async Task ClientStatus_OfMatchingNodesOnly(string prefix, int expected)
    {
        await using var server = await Bench.StartAsync(Bench.Clusters("a"));
        await using var client = SotwClient.Open(server);
        await client.SubscribeAsync(XdsType.Cluster);
        await client.NextAsync(XdsType.Cluster);
        var request =
            new ClientStatusRequest { NodeMatchers = { new NodeMatcher { NodeId = new StringMatcher { Prefix = prefix } } } };

        var response = await AskAsync(server, "StreamClientStatus", request, ClientStatusResponse.Parser);

        Assert.Equal(expected, response.Config.Count);
    }

    [Fact]
    public async Task ClientStatus_MatcherThatIsNotSupported_IsRefused()
    {
        await using var server = await Bench.StartAsync(Bench.Clusters("a"));
        var request =
            new ClientStatusRequest { NodeMatchers = { new NodeMatcher { NodeMetadatas = { new StructMatcher() } } } };
        await using var call = RawCall.Open(RawCall.Http(server.Address.Port), Csds + "FetchClientStatus");
        await call.SendAsync(request.ToByteArray());
        call.End();

        Assert.Equal(StatusCode.InvalidArgument, (await call.StatusAsync()).Code);
    }

    [Fact]
    public async Task Health_OfTheServerAndItsServices_IsServing()
    {
        await using var server = await Bench.StartAsync();
        foreach (var service in new[] { "", "envoy.service.discovery.v3.AggregatedDiscoveryService" })
        {
            await using var call = RawCall.Open(RawCall.Http(server.Address.Port), "/grpc.health.v1.Health/Watch");
            await call.SendAsync(new HealthCheckRequest { Service = service }.ToByteArray());
            call.End();
            var answer = HealthCheckResponse.Parser.ParseFrom((await call.NextAsync())!.Value.Message);
            Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, answer.Status);
        }

        await using var unknown = RawCall.Open(RawCall.Http(server.Address.Port), "/grpc.health.v1.Health/Check");
        await unknown.SendAsync(new HealthCheckRequest { Service = "none" }.ToByteArray());
        unknown.End();
        Assert.Equal(StatusCode.NotFound, (await unknown.StatusAsync()).Code);
    }

    [Theory]
    [InlineData("v1")]
    [InlineData("v1alpha")]
    public async Task Reflection_TellsServicesAndTheirFiles(string version)
    {
        await using var server = await Bench.StartAsync();
        await using var call = RawCall.Open(
            RawCall.Http(server.Address.Port), $"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo");

        await call.SendAsync(new ServerReflectionRequest { ListServices = "" }.ToByteArray());
        var list = ServerReflectionResponse.Parser.ParseFrom((await call.NextAsync())!.Value.Message);
        Assert.Contains("envoy.service.discovery.v3.AggregatedDiscoveryService",
            list.ListServicesResponse.Service.Select(s => s.Name));

        await call.SendAsync(new ServerReflectionRequest
        {
            FileContainingSymbol = "envoy.service.discovery.v3.AggregatedDiscoveryService",
        }.ToByteArray());
        var files = ServerReflectionResponse.Parser.ParseFrom((await call.NextAsync())!.Value.Message)
            .FileDescriptorResponse.FileDescriptorProto.Select(
                Google.Protobuf.Reflection.FileDescriptorProto.Parser.ParseFrom).ToList();
        Assert.Equal("envoy/service/discovery/v3/ads.proto", files[0].Name);
        Assert.Empty(files.SelectMany(f => f.Dependency).Except(files.Select(f => f.Name)));

        await call.SendAsync(new ServerReflectionRequest { FileByFilename = "none" }.ToByteArray());
        var error = ServerReflectionResponse.Parser.ParseFrom((await call.NextAsync())!.Value.Message).ErrorResponse;
        Assert.Equal((int)StatusCode.NotFound, error.ErrorCode);
    }

    private static async Task<T> AskAsync<T>(XdsServer server, string method, IMessage request, MessageParser<T> parser)
        where T : IMessage<T>
    {
        await using var call = RawCall.Open(RawCall.Http(server.Address.Port), Csds + method);
        await call.SendAsync(request.ToByteArray());
        call.End();
        return parser.ParseFrom((await call.NextAsync())!.Value.Message);
    }
}
