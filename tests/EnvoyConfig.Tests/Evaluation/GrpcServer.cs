using Envoy.Config.Listener.V3;
using Envoy.Extensions.Filters.Http.Router.V3;
using Envoy.Extensions.Filters.Network.HttpConnectionManager.V3;
using HttpRbac = Envoy.Extensions.Filters.Http.Rbac.V3.RBAC;

namespace Jumpgate.EnvoyConfig.Tests.Evaluation;

/// <summary>
/// A gRPC application that serves calls by a listener of its own (gRFC A36: xDS-enabled servers, A41: RBAC).
/// </summary>
internal static class GrpcServer
{
    /// <returns>Whether the call reaches the application; otherwise its status is PERMISSION_DENIED.</returns>
    public static bool Serves(Listener listener, DownstreamConnection connection, ClientRequest call)
    {
        NotModelledException.ThrowUnlessOnly(listener, "name", "address", "traffic_direction", "filter_chains");
        var chain = Select(listener, connection);
        NotModelledException.ThrowUnlessOnly(chain, "name", "filters", "filter_chain_match", "transport_socket");
        if (TransportSecurity.AcceptCall(chain.TransportSocket, connection) is not { } accepted)
        {
            return false;
        }

        connection = accepted;
        if (!Packed.TryGet<HttpConnectionManager>(chain.Filters.Single().TypedConfig, out var manager))
        {
            throw new NotModelledException($"the network filter {chain.Filters[0].Name}");
        }

        // A36: inline routes, and of their actions non_forwarding_action only; the first matching one.
        NotModelledException.ThrowUnlessOnly(manager, "stat_prefix", "route_config", "http_filters");
        var request = new EnvoyRequest(call.Method, call.Target, call.Host, call.Headers);
        var (_, route) = new Routing(manager.RouteConfig).Find(request);
        if (route?.ActionCase != Envoy.Config.Route.V3.Route.ActionOneofCase.NonForwardingAction
            || route.TypedPerFilterConfig.Count > 0)
        {
            throw new NotModelledException($"the route {route}");
        }

        // A41: filters in order, the router last; RBAC's ALLOW and DENY over the call's headers and the connection's
        // addresses.
        var engine = new RbacEngine(connection, request, connection.Source.Address);
        foreach (var filter in manager.HttpFilters)
        {
            if (Packed.TryGet<Router>(filter.TypedConfig, out _))
            {
                return filter == manager.HttpFilters[^1]
                    ? true : throw new NotModelledException("filters after the router");
            }

            if (!Packed.TryGet<HttpRbac>(filter.TypedConfig, out var rbac))
            {
                throw new NotModelledException($"the HTTP filter {filter.Name}");
            }

            NotModelledException.ThrowUnlessOnly(rbac, "rules");
            if (rbac.Rules is not null && !engine.Allows(rbac.Rules))
            {
                return false;
            }
        }

        throw new NotModelledException("HTTP filters without a router");
    }

    /// <summary>A36: as Envoy, of these fields: the longest source prefix, else the chain that names none.</summary>
    private static FilterChain Select(Listener listener, DownstreamConnection connection)
    {
        foreach (var chain in listener.FilterChains)
        {
            NotModelledException.ThrowUnlessOnly(chain.FilterChainMatch
                ?? new(), "source_prefix_ranges", "transport_protocol");
        }

        // Libraries disagree about chains that say it beside chains that do not.
        if (listener.FilterChains is not [{ FilterChainMatch: null }]
            && listener.FilterChains.Any(c => c.FilterChainMatch?.TransportProtocol != "raw_buffer"))
        {
            throw new NotModelledException("a transport_protocol other than raw_buffer");
        }

        return listener.FilterChains.SingleOrDefault(
                c => c.FilterChainMatch?.SourcePrefixRanges.Any(r =>
                    Matching.Contains(r, connection.Source.Address)) == true)
            ?? listener.FilterChains.Single(c => c.FilterChainMatch is null or { SourcePrefixRanges.Count: 0 });
    }
}
