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
/// Listeners of gRPC servers (gRFC A36, A41): the application asks for the one of the address it listens at, and
/// enforces its RBAC on each call. A server that gets no listener serves nobody.
/// </summary>
internal static class ServerListeners
{
    /// <summary>
    /// What every connection is to gRPC, which does not look into first bytes. grpc-js passes over matches without it.
    /// </summary>
    private const string Undetected = "raw_buffer";

    /// <param name="address">Where the application listens: a wildcard, or an address of its own.</param>
    /// <param name="tls">Peers that have to come over TLS, whatever rules say of them. By <c>source_prefix_ranges</c>:
    /// the libraries do not know <c>direct_source_prefix_ranges</c>, and nothing tells them another source than the
    /// connection's.</param>
    public static Listener Create(
        string template, IPAddress address, ushort port, RbacRules rules, IReadOnlyCollection<IPNetwork> tls)
    {
        var at = new IPEndPoint(address, port).ToString();
        var listener = new Listener
        {
            Name = template.Replace("%s", at, StringComparison.Ordinal),
            Address = Addresses.Of(address, port),
            TrafficDirection = TrafficDirection.Inbound,
            FilterChains =
            {
                Calls("calls", port, rules),
            },
        };
        if (tls.Count > 0)
        {
            var secured = Calls("calls/tls", port, rules);
            secured.FilterChainMatch = new FilterChainMatch
            {
                TransportProtocol = Undetected,
                SourcePrefixRanges = { tls.Select(Rbac.Matchers.Cidr) },
            };
            secured.TransportSocket = CallTls.FromClients();
            listener.FilterChains.Add(secured);

            // Or the other chain, more specific by it, would be the only one.
            listener.FilterChains[0].FilterChainMatch = new FilterChainMatch { TransportProtocol = Undetected };
        }

        return listener;
    }

    private static FilterChain Calls(string name, ushort port, RbacRules rules) => new()
    {
        Name = name,
        Filters =
        {
            new Filter
            {
                Name = "envoy.filters.network.http_connection_manager",
                TypedConfig = Deterministic.Pack(Manager($"server/{port}", rules)),
            },
        },
    };

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
                    Routes = { new Route { Match = new RouteMatch { Prefix = "" },
                        NonForwardingAction = new NonForwardingAction() } },
                },
            },
        },
        HttpFilters =
        {
            Filter("envoy.filters.http.rbac", new HttpRbac { Rules = rules.Allow }),
            Filter("envoy.filters.http.router", new Router()),
        },
    };

    private static HttpFilter Filter(string name, IMessage config) =>
        new() { Name = name, TypedConfig = Deterministic.Pack(config) };
}
