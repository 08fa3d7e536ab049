using Envoy.Config.Route.V3;
using Envoy.Extensions.Filters.Http.Rbac.V3;
using Google.Protobuf.WellKnownTypes;
using Jumpgate.EnvoyConfig.Rbac;
using Jumpgate.Xds.Resources;
using HttpRbac = Envoy.Extensions.Filters.Http.Rbac.V3.RBAC;

namespace Jumpgate.EnvoyConfig.Sidecar;

/// <summary>
/// The rules of one port as a route configuration. Routes change without a new listener, so that the next request on an
/// open connection is judged by the new rules; those of a filter chain would wait until its connections have drained.
/// </summary>
internal static class HttpRoutes
{
    public static RouteConfiguration Create(
        string name, RbacRules rules, string cluster = Clusters.OriginalDestination) =>
        All(name, Under(rules, To(cluster, name, Everything())));

    /// <summary>For requests that policy does not ask about: what bytes may do, CONNECT among it.</summary>
    public static RouteConfiguration CreateWithoutRules(string name, string cluster) => All(
        name,
        To(cluster, name, new RouteMatch { ConnectMatcher = new RouteMatch.Types.ConnectMatcher() }),
        To(cluster, name, Everything()));

    private static RouteConfiguration All(string name, params Route[] routes) => new()
    {
        Name = name,
        VirtualHosts = { new VirtualHost { Name = "all", Domains = { "*" }, Routes = { routes } } },
    };

    private static Route To(string cluster, string name, RouteMatch match) => new()
    {
        Name = name,
        Match = match,
        Route_ = new RouteAction { Cluster = cluster, Timeout = new Duration() },
    };

    /// <summary>Without the slash: OPTIONS * has none.</summary>
    private static RouteMatch Everything() => new() { Prefix = string.Empty };

    private static Route Under(RbacRules rules, Route route)
    {
        route.TypedPerFilterConfig[HttpChain.RulesFilter] = Deterministic.Pack(PerRoute(rules));
        return route;
    }

    private static RBACPerRoute PerRoute(RbacRules rules) => new()
    {
        Rbac = new HttpRbac { Rules = rules.Allow, ShadowRules = rules.Shadow },
    };
}
