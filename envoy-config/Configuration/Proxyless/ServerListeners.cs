using System.Net;
using Envoy.Config.Core.V3;
using Envoy.Config.Listener.V3;
using Envoy.Config.Route.V3;
using Envoy.Extensions.Filters.Http.Router.V3;
using Envoy.Extensions.Filters.Network.HttpConnectionManager.V3;
using Google.Protobuf;
using Jumpgate.EnvoyConfig.Rbac;
using Jumpgate.EnvoyConfig.Sidecar;
using Jumpgate.Xds.Resources;
using HttpRbac = Envoy.Extensions.Filters.Http.Rbac.V3.RBAC;

namespace Jumpgate.EnvoyConfig.Proxyless;

/// <summary>
/// Listeners of gRPC servers (gRFC A36, A41): the application asks for the one of the address it listens at, and enforces its
/// RBAC on each call. A server that gets no listener serves nobody.
/// </summary>
internal static class ServerListeners
{
    /// <param name="address">Where the application listens: a wildcard, or an address of its own.</param>
    public static Listener Create(string template, IPAddress address, ushort port, RbacRules rules)
    {
        var at = new IPEndPoint(address, port).ToString();
        return new Listener
        {
            Name = template.Replace("%s", at, StringComparison.Ordinal),
            Address = Addresses.Of(address, port),
            TrafficDirection = TrafficDirection.Inbound,
            FilterChains =
            {
                new FilterChain
                {
                    Name = "calls",
                    Filters =
                    {
                        new Filter
                        {
                            Name = "envoy.filters.network.http_connection_manager",
                            TypedConfig = Deterministic.Pack(Manager($"server/{port}", rules)),
                        },
                    },
                },
            },
        };
    }

    private static HttpConnectionManager Manager(string name, RbacRules rules) => new()
    {
        StatPrefix = name,
        RouteConfig = new RouteConfiguration
        {
            Name = name,
            VirtualHosts =
            {
                new VirtualHost
                {
                    Name = "all",
                    Domains = { "*" },
                    Routes = { new Route { Match = new RouteMatch { Prefix = "" }, NonForwardingAction = new NonForwardingAction() } },
                },
            },
        },
        HttpFilters =
        {
            Filter("envoy.filters.http.rbac", new HttpRbac { Rules = rules.Allow }),
            Filter("envoy.filters.http.router", new Router()),
        },
    };

    private static HttpFilter Filter(string name, IMessage config) => new() { Name = name, TypedConfig = Deterministic.Pack(config) };
}
