using System.Collections.Immutable;
using Envoy.Config.Cluster.V3;
using Envoy.Config.Core.V3;
using Envoy.Config.Listener.V3;
using Envoy.Config.Route.V3;
using Envoy.Extensions.Filters.Network.HttpConnectionManager.V3;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Jumpgate.EnvoyConfig.Resources;
using Jumpgate.Xds.Resources;
using NetworkFilter = Envoy.Config.Listener.V3.Filter;

namespace Jumpgate.Xds.Tests.Resources;

public sealed class EnvoyResourceTests
{
    [Fact]
    public void Rule12_DomainTwiceInAnyCase_IsNoResource()
    {
        var route = new RouteConfiguration
        {
            Name = "r",
            VirtualHosts =
            {
                new VirtualHost { Name = "a", Domains = { "deathstar.empire" } },
                new VirtualHost { Name = "b", Domains = { "DeathStar.empire" } },
            },
        };

        Assert.Equal(["route 'r' has the domain 'deathstar.empire' twice"], Problems(route));
    }

    [Fact]
    public void References_InsideAnyOfAFilterChain_AreFound()
    {
        var manager =
            new HttpConnectionManager
            {
                StatPrefix = "x",
                Rds = new Rds { RouteConfigName = "routes", ConfigSource = Ads }
            };
        var listener = new Listener
        {
            Name = "in",
            FilterChains =
                { new FilterChain { Filters = { new NetworkFilter { Name = "http",
                TypedConfig = Any.Pack(manager) } } } },
        };

        Assert.True(EnvoyResource.TryCreate(listener, Nowhere, out var resource, out _));
        Assert.Equal([new XdsReference(XdsType.Route.Url, "routes")], resource.References.ToArray());
        Assert.Equal("in", resource.Name);
    }

    [Fact]
    public void References_OfRoutesAndClusters_AreFound_ExceptTheBootstraps()
    {
        var route = new RouteConfiguration
        {
            Name = "r",
            VirtualHosts =
            {
                new VirtualHost
                {
                    Name = "v",
                    Domains = { "*" },
                    Routes =
                    {
                        new Route { Match = Everything, Route_ = new RouteAction { Cluster = "one" } },
                        new Route { Match = Everything, Route_ = new RouteAction { Cluster = "jumpgate" } },
                        new Route
                        {
                            Match = Everything,
                            Route_ = new RouteAction
                            {
                                WeightedClusters =
                                    new WeightedCluster { Clusters = { new WeightedCluster.Types.ClusterWeight { Name = "two" } } },
                            },
                        },
                    },
                },
            },
        };
        var cluster = new Cluster
        {
            Name = "c",
            EdsClusterConfig = new Cluster.Types.EdsClusterConfig { ServiceName = "s", EdsConfig = Ads },
        };

        Assert.True(EnvoyResource.TryCreate(
            route, ImmutableHashSet.Create(new XdsReference(XdsType.Cluster.Url, "jumpgate")), out var routes, out _));
        Assert.Equal(["one", "two"], routes.References.Select(r => r.Name).Order());
        Assert.True(EnvoyResource.TryCreate(cluster, Nowhere, out var clusters, out _));
        Assert.Equal([new XdsReference(XdsType.Endpoint.Url, "s")], clusters.References.ToArray());
    }

    [Fact]
    public void Rule15_AnyOfATypeThatIsNotKnown_IsNoResource()
    {
        var listener = new Listener
        {
            Name = "in",
            FilterChains =
            {
                new FilterChain
                {
                    Filters = { new NetworkFilter { Name = "x",
                        TypedConfig = new Any { TypeUrl = "type.googleapis.com/made.up.Filter" } } },
                },
            },
        };

        Assert.Equal(
            ["Listener 'in': filter_chains[0].filters[0].typed_config: type.googleapis.com/made.up.Filter is not a type that is known here"],
            Problems(listener));
    }

    [Fact]
    public void NoName_IsNoResource() => Assert.Equal(["a Cluster has no name"], Problems(new Cluster())[..1]);

    private static ConfigSource Ads => new() { Ads = new AggregatedConfigSource() };

    private static RouteMatch Everything => new() { Prefix = "/" };

    private static IReadOnlySet<XdsReference> Nowhere => ImmutableHashSet<XdsReference>.Empty;

    private static string[] Problems(IMessage message)
    {
        Assert.False(EnvoyResource.TryCreate(message, Nowhere, out _, out var problems));
        return [.. problems];
    }
}
