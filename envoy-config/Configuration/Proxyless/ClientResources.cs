using System.Net;
using Envoy.Config.Cluster.V3;
using Envoy.Config.Core.V3;
using Envoy.Config.Endpoint.V3;
using Envoy.Config.Listener.V3;
using Envoy.Config.Route.V3;
using Envoy.Extensions.Filters.Http.Router.V3;
using Envoy.Extensions.Filters.Network.HttpConnectionManager.V3;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Jumpgate.EnvoyConfig.Sidecar;
using Jumpgate.Xds.Resources;

namespace Jumpgate.EnvoyConfig.Proxyless;

/// <summary>What a gRPC application needs to call <c>xds:///NAME</c>: listener, route, cluster, endpoints.</summary>
internal static class ClientResources
{
    public static IEnumerable<IMessage> Create(string name, IEnumerable<(IPAddress Address, ushort Port)> endpoints) =>
        [Listener(name), Route(name), Cluster(name), Endpoints(name, endpoints)];

    private static Listener Listener(string name) => new()
    {
        Name = name,
        ApiListener = new ApiListener
        {
            ApiListener_ = Deterministic.Pack(new HttpConnectionManager
            {
                StatPrefix = name,
                Rds = new Rds { RouteConfigName = name, ConfigSource = FromHere() },
                HttpFilters =
                {
                    new HttpFilter { Name = "envoy.filters.http.router", TypedConfig = Deterministic.Pack(new Router()) },
                },
            }),
        },
    };

    private static RouteConfiguration Route(string name) => new()
    {
        Name = name,
        VirtualHosts =
        {
            new VirtualHost
            {
                Name = name,
                // The target's name alone is what it is compared with: whatever it is, it is this service.
                Domains = { "*" },
                Routes = { new Route { Match = new RouteMatch { Prefix = "" }, Route_ = new RouteAction { Cluster = name } } },
            },
        },
    };

    private static Cluster Cluster(string name) => new()
    {
        Name = name,
        Type = Envoy.Config.Cluster.V3.Cluster.Types.DiscoveryType.Eds,
        EdsClusterConfig = new Cluster.Types.EdsClusterConfig { EdsConfig = FromHere() },
        LbPolicy = Envoy.Config.Cluster.V3.Cluster.Types.LbPolicy.RoundRobin,
        ConnectTimeout = Duration.FromTimeSpan(TimeSpan.FromSeconds(5)),
    };

    private static ClusterLoadAssignment Endpoints(string name, IEnumerable<(IPAddress Address, ushort Port)> endpoints)
    {
        var local = new LocalityLbEndpoints
        {
            Locality = new Locality { Region = "jumpgate", Zone = "node" },
            LoadBalancingWeight = 1,
        };
        foreach (var (address, port) in endpoints)
        {
            local.LbEndpoints.Add(new LbEndpoint
            {
                Endpoint = new Endpoint { Address = Addresses.Of(address, port) },
                HealthStatus = HealthStatus.Healthy,
                LoadBalancingWeight = 1,
            });
        }

        return new ClusterLoadAssignment { ClusterName = name, Endpoints = { local } };
    }

    private static ConfigSource FromHere() => new() { Ads = new AggregatedConfigSource(), ResourceApiVersion = ApiVersion.V3 };
}
