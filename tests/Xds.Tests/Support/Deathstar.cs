using Envoy.Config.Cluster.V3;
using Envoy.Config.Core.V3;
using Envoy.Config.Endpoint.V3;
using Envoy.Config.Listener.V3;
using Envoy.Config.Route.V3;
using Envoy.Extensions.Filters.Http.Router.V3;
using Envoy.Extensions.Filters.Network.HttpConnectionManager.V3;
using Google.Protobuf.WellKnownTypes;
using Jumpgate.Xds.Resources;

namespace Jumpgate.Xds.Tests.Support;

/// <summary>What a gRPC application needs to resolve <c>xds:///NAME</c>: listener, route, cluster, endpoints.</summary>
internal static class Deathstar
{
    public static XdsSnapshot Snapshot(params IEnumerable<XdsResource> resources) =>
        XdsSnapshot.TryCreate(resources, out var snapshot, out var errors)
            ? snapshot : throw new InvalidOperationException(string.Join("; ", errors));

    /// <summary>All four of one service.</summary>
    public static XdsSnapshot Service(params int[] ports) => Snapshot(Resources("deathstar", ports));

    public static IEnumerable<XdsResource> Resources(string name, params int[] ports) =>
        [Listener(name, name), Route(name, name, name), Cluster(name), Endpoints(name, ports)];

    public static XdsResource Listener(string name, string route, uint maxStreamSeconds = 0)
    {
        var manager = new HttpConnectionManager
        {
            StatPrefix = name,
            Rds = new Rds { RouteConfigName = route, ConfigSource = Ads() },
            HttpFilters = { new HttpFilter { Name = "router", TypedConfig = Deterministic.Pack(new Router()) } },
        };
        if (maxStreamSeconds > 0)
        {
            manager.CommonHttpProtocolOptions = new HttpProtocolOptions
            {
                MaxStreamDuration = Duration.FromTimeSpan(TimeSpan.FromSeconds(maxStreamSeconds)),
            };
        }

        return XdsResource.Create(
            name,
            new Listener { Name = name, ApiListener = new ApiListener { ApiListener_ = Deterministic.Pack(manager) } },
            new XdsReference(XdsType.Route.Url, route));
    }

    public static XdsResource Route(string name, string domain, string cluster) => XdsResource.Create(
        name,
        new RouteConfiguration
        {
            Name = name,
            VirtualHosts =
            {
                new VirtualHost
                {
                    Name = domain,
                    Domains = { domain },
                    Routes = { new Route { Match = new RouteMatch { Prefix = "" },
                        Route_ = new RouteAction { Cluster = cluster } } },
                },
            },
        },
        new XdsReference(XdsType.Cluster.Url, cluster));

    public static XdsResource Cluster(string name, uint connectSeconds = 5) => XdsResource.Create(
        name,
        new Cluster
        {
            Name = name,
            Type = Envoy.Config.Cluster.V3.Cluster.Types.DiscoveryType.Eds,
            EdsClusterConfig = new Cluster.Types.EdsClusterConfig { EdsConfig = Ads() },
            ConnectTimeout = Duration.FromTimeSpan(TimeSpan.FromSeconds(connectSeconds)),
        },
        new XdsReference(XdsType.Endpoint.Url, name));

    public static XdsResource Endpoints(string cluster, params int[] ports) => XdsResource.Create(
        cluster,
        new ClusterLoadAssignment
        {
            ClusterName = cluster,
            Endpoints =
            {
                new LocalityLbEndpoints
                {
                    Locality = new Locality { Region = "galaxy", Zone = "far", SubZone = "away" },
                    LoadBalancingWeight = 1,
                    LbEndpoints = { ports.Select(Endpoint) },
                },
            },
        });

    private static LbEndpoint Endpoint(int port) => new()
    {
        Endpoint = new Endpoint
        {
            Address = new Address
            {
                SocketAddress = new SocketAddress
                {
                    Address = "127.0.0.1",
                    PortValue = (uint)port
                }
            },
        },
    };

    private static ConfigSource Ads() =>
        new() { Ads = new AggregatedConfigSource(), ResourceApiVersion = ApiVersion.V3 };
}
