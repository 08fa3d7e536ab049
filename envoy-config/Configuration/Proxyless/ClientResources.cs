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
using Jumpgate.Policy.Workloads;
using Jumpgate.Xds.Resources;

namespace Jumpgate.EnvoyConfig.Proxyless;

/// <summary>What a gRPC application needs to call <c>xds:///NAME</c>: listener, route, cluster, endpoints.</summary>
internal static class ClientResources
{
    /// <summary>
    /// A cluster has one transport socket: endpoints that must show different names are in clusters of their own.
    /// </summary>
    /// <param name="isOld">gRPC C-core of that age refuses weights that are no percentages, unless their sum is
    /// said.</param>
    public static IEnumerable<IMessage> Create(string name, IReadOnlyCollection<CallEndpoint> endpoints, bool isOld)
    {
        var groups = endpoints.GroupBy(e => e.Id).OrderBy(g => g.Key?.ToString(), StringComparer.Ordinal).ToList();
        if (groups.Count <= 1)
        {
            return [Listener(name), Route(name, new RouteAction { Cluster = name }),
                Cluster(name, groups.FirstOrDefault()?.Key),
                Endpoints(name, endpoints)];
        }

        var clusters =
            groups.Select(g => (Name: g.Key is null ? name : $"{name}/{g.Key}", g.Key, Endpoints: g.ToList())).ToList();
        var weighted = new WeightedCluster();
        weighted.Clusters.Add(
            clusters.Select(c =>
            new WeightedCluster.Types.ClusterWeight { Name = c.Name, Weight = (uint)c.Endpoints.Count }));
        if (isOld)
        {
#pragma warning disable CS0612 // Old clients need it.
            weighted.TotalWeight = (uint)endpoints.Count;
#pragma warning restore CS0612
        }

        return
        [
            Listener(name), Route(name, new RouteAction { WeightedClusters = weighted }),
            .. clusters.SelectMany(c => (IMessage[])[Cluster(c.Name, c.Key), Endpoints(c.Name, c.Endpoints)]),
        ];
    }

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
                    new HttpFilter { Name = "envoy.filters.http.router",
                        TypedConfig = Deterministic.Pack(new Router()) },
                },
            }),
        },
    };

    private static RouteConfiguration Route(string name, RouteAction action) => new()
    {
        Name = name,
        VirtualHosts =
        {
            new VirtualHost
            {
                Name = name,
                // The target's name alone is what it is compared with: whatever it is, it is this service.
                Domains = { "*" },
                Routes = { new Route { Match = new RouteMatch { Prefix = "" }, Route_ = action } },
            },
        },
    };

    private static Cluster Cluster(string name, SpiffeId? id) => new()
    {
        Name = name,
        Type = Envoy.Config.Cluster.V3.Cluster.Types.DiscoveryType.Eds,
        EdsClusterConfig = new Cluster.Types.EdsClusterConfig { EdsConfig = FromHere() },
        LbPolicy = Envoy.Config.Cluster.V3.Cluster.Types.LbPolicy.RoundRobin,
        ConnectTimeout = Duration.FromTimeSpan(TimeSpan.FromSeconds(5)),
        TransportSocket = id is null ? null : CallTls.ToServer(id),
    };

    private static ClusterLoadAssignment Endpoints(string name, IEnumerable<CallEndpoint> endpoints)
    {
        var local = new LocalityLbEndpoints
        {
            Locality = new Locality { Region = "jumpgate", Zone = "node" },
            LoadBalancingWeight = 1,
        };
        foreach (var (address, port, _) in endpoints)
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

    private static ConfigSource FromHere() =>
        new() { Ads = new AggregatedConfigSource(), ResourceApiVersion = ApiVersion.V3 };
}
