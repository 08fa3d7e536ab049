using Envoy.Config.Route.V3;
using Envoy.Extensions.Filters.Http.Rbac.V3;
using Google.Protobuf.WellKnownTypes;
using Jumpgate.EnvoyConfig.Rbac;
using Jumpgate.Xds.Resources;
using HttpRbac = Envoy.Extensions.Filters.Http.Rbac.V3.RBAC;

namespace Jumpgate.EnvoyConfig.Sidecar;

/// <summary>
/// The rules of one port as a route configuration. Routes change without a new listener, so that the next request on an open
/// connection is judged by the new rules; those of a filter chain would wait until its connections have drained.
/// </summary>
internal static class HttpRoutes
{
    public static RouteConfiguration Create(string name, RbacRules rules, string cluster = Clusters.OriginalDestination) => new()
    {
        Name = name,
        VirtualHosts =
        {
            new VirtualHost
            {
                Name = "all",
                Domains = { "*" },
                Routes =
                {
                    new Route
                    {
                        Name = name,
                        // Without the slash: OPTIONS * has none.
                        Match = new RouteMatch { Prefix = string.Empty },
                        Route_ = new RouteAction { Cluster = cluster, Timeout = new Duration() },
                        TypedPerFilterConfig = { [HttpChain.RulesFilter] = Deterministic.Pack(PerRoute(rules)) },
                    },
                },
            },
        },
    };

    private static RBACPerRoute PerRoute(RbacRules rules) => new()
    {
        Rbac = new HttpRbac { Rules = rules.Allow, ShadowRules = rules.Shadow },
    };
}
