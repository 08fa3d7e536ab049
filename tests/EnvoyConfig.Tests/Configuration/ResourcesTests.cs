using System.Net;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Jumpgate.EnvoyConfig.Bootstrap;
using Jumpgate.EnvoyConfig.Nodes;
using Jumpgate.EnvoyConfig.Proxyless;
using Jumpgate.EnvoyConfig.Sidecar;
using Envoy.Config.Core.V3;
using Envoy.Config.Endpoint.V3;
using Google.Protobuf.WellKnownTypes;
using Jumpgate.EnvoyConfig.Resources;
using Jumpgate.Xds.Nodes;

namespace Jumpgate.EnvoyConfig.Tests.Configuration;

public class ResourcesTests
{
    private static readonly Scene Everything = Scene.With("""
        ingress:
          - fromEndpoints: [{ matchLabels: { org: empire } }]
            toPorts:
              - ports: [{ port: web, protocol: TCP }]
                rules: { http: [{ method: GET, path: '/v1/.*', headers: ['X-Has-Force: true'] }] }
              - ports: [{ port: grpc, protocol: TCP }]
                rules: { http: [{ path: /deathstar.v1.Landing/Request, host: 'a.*' }] }
          - fromCIDRSet: [{ cidr: 172.16.0.0/12, except: [172.17.0.0/16] }]
        ingressDeny: [{ fromEndpoints: [{ matchLabels: { class: xwing } }] }]
        egress: [{ toEntities: [world], toPorts: [{ ports: [{ port: "443", protocol: TCP }] }] }]
        """);

    public static TheoryData<NodeProfile> Profiles => [NodeProfile.Sidecar, NodeProfile.Grpc];

    private static NodeConfiguration Make(NodeProfile profile, string node = "deathstar")
    {
        Assert.True(
            NodeConfiguration.TryCreate(
                Everything.View, new NodeKey(node, profile), new SidecarOptions(), out var made, out var errors),
            string.Join("; ", errors));
        return made!;
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void TryCreate_Resources_AreConsistentAndDeterministic(NodeProfile profile) =>
        Assert.Equal(Make(profile).Snapshot.Version, Make(profile).Snapshot.Version);

    [Theory]
    [MemberData(nameof(Profiles))]
    public void TryCreate_Resources_UseNothingDeprecated(NodeProfile profile) =>
        Assert.All(Make(profile).Messages.Append(EnvoyBootstrap.Create(Options)), AssertNotDeprecated);

    [Fact]
    public void TryCreate_UnknownWorkload_SaysSo()
    {
        Assert.False(NodeConfiguration.TryCreate(
            Everything.View, new NodeKey("alderaan", NodeProfile.Sidecar), new SidecarOptions(), out _,
            out var errors));
        Assert.Equal("there is no workload 'alderaan'", Assert.Single(errors));
    }

    [Theory]
    [InlineData("envoy", "1.34.1", NodeProfile.Sidecar)]
    [InlineData("gRPC C-core linux", "C-core 1.51.1", NodeProfile.OldGrpc)]
    [InlineData("gRPC C-core linux", "C-core 1.68.2", NodeProfile.Grpc)]
    [InlineData("gRPC Go", "1.56.0", NodeProfile.OldGrpc)]
    [InlineData("gRPC Node Pure JS", "1.14.1", NodeProfile.Grpc)]
    [InlineData("gRPC C-core linux", "", NodeProfile.Grpc)]
    public void NodeKey_UserAgent_SaysTheProfile(string agent, string version, NodeProfile profile) => Assert.Equal(
        profile, NodeKey.Of(
            new XdsNode("n", "c", new Node { Id = "n", UserAgentName = agent, UserAgentVersion = version })).Profile);

    /// <summary>A workload's name may be anything.</summary>
    [Fact]
    public void NodeKey_NamesThatLookLikeGroups_ShareNone()
    {
        var names = new List<string> { "a" };
        for (var i = 0; i < 3; i++)
        {
            names = [.. names.SelectMany(n => System.Enum.GetValues<NodeProfile>().Select(p => new NodeKey(n, p).Group))
                .Concat(names).Distinct()];
        }

        var keys = names.SelectMany(n => System.Enum.GetValues<NodeProfile>().Select(p => new NodeKey(n, p))).ToList();

        Assert.Equal(keys.Count, keys.Select(k => k.Group).Distinct().Count());
        Assert.Equal("a", new NodeKey("a", NodeProfile.Sidecar).Group);
    }

    [Fact]
    public void NodeKey_Metadata_ComesBeforeTheUserAgent() =>
        Assert.Equal(NodeProfile.Grpc, NodeKey.Of(new XdsNode("n", "c", new Node
        {
            UserAgentName = "something else",
            Metadata = new Struct { Fields = { [NodeKey.ProfileKey] = Value.ForString("grpc") } },
        })).Profile);

    [Fact]
    public void Grpc_Server_HasAListenerForEachAddressItMayListenAt()
    {
        var names = Make(NodeProfile.Grpc).Messages.OfType<Envoy.Config.Listener.V3.Listener>()
            .Select(l => l.Name).ToList();

        foreach (var address in (string[])["0.0.0.0", "[::]", "10.0.0.1", "[fd00::1]", "127.0.0.1"])
        {
            Assert.Contains($"grpc/server?xds.resource.listening_address={address}:50051", names);
        }
    }

    [Fact]
    public void Grpc_Client_GetsServicesUnderTheirNamesAndPorts()
    {
        var names = Make(NodeProfile.Grpc, "tiefighter").Messages.OfType<Envoy.Config.Cluster.V3.Cluster>()
            .Select(c => c.Name);

        Assert.Equal(["deathstar", "deathstar:50051", "deathstar:80", "deathstar:grpc", "deathstar:web"], names);
    }

    [Fact]
    public void Grpc_Client_DoesNotLearnWhereItMayNotGo()
    {
        var endpoints =
            Make(NodeProfile.Grpc, "deathstar").Messages.OfType<ClusterLoadAssignment>();

        Assert.All(endpoints, e => Assert.Empty(e.Endpoints.Single().LbEndpoints));
    }

    [Theory]
    [InlineData("10.0.0.2", 0)]
    [InlineData("127.7.0.2", 2)]
    public void Grpc_AddressesOfTheNodesLoopback_AreForClientsThereOnly(string client, int endpoints)
    {
        var scene = new Scene();
        scene.Workloads[0] = scene.Workloads[0] with { Addresses = [IPAddress.Parse("127.7.0.1"), IPAddress.Parse("127.7.0.3")] };
        scene.Workloads[1] = scene.Workloads[1] with { Addresses = [IPAddress.Parse(client)] };

        var service = ProxylessResources.Create(scene.View, scene.Workload("tiefighter"), new ProxylessOptions())
            .Messages.OfType<ClusterLoadAssignment>().Single(e => e.ClusterName == "deathstar:grpc");

        Assert.Equal(endpoints, service.Endpoints.Sum(e => e.LbEndpoints.Count));
    }

    private static BootstrapOptions Options { get; } =
        new() { Node = "deathstar", Xds = "agent:18000", CaFile = "ca", CertificateFile = "c", KeyFile = "k" };

    private static void AssertNotDeprecated(IMessage message)
    {
        foreach (var field in message.Descriptor.Fields.InFieldNumberOrder())
        {
            var value = field.Accessor.GetValue(message);
            var isSet = field.IsRepeated ? ((System.Collections.ICollection)value).Count > 0
                : field.HasPresence ? field.Accessor.HasValue(message)
                : field.FieldType == FieldType.Message ? value is not null
                : !value.Equals(
                    field.FieldType switch
                    {
                        FieldType.String => string.Empty,
                        FieldType.Bool => false,
                        FieldType.Bytes => ByteString.Empty,
                        _ => Activator.CreateInstance(value.GetType())
                    });
            if (!isSet)
            {
                continue;
            }

            Assert.False(field.GetOptions()?.Deprecated ?? false, $"{field.FullName} is deprecated");
            foreach (var child in value switch
            {
                Any any => [EnvoyTypes.Registry.Find(Any.GetTypeName(any.TypeUrl)).Parser.ParseFrom(any.Value)],
                IMessage one => [one],
                System.Collections.IDictionary map => map.Values.OfType<IMessage>(),
                System.Collections.IEnumerable list and not string => list.OfType<IMessage>(),
                _ => [],
            })
            {
                AssertNotDeprecated(child);
            }
        }
    }
}
