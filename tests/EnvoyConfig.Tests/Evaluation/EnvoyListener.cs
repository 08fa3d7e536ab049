using Envoy.Config.Listener.V3;
using Envoy.Config.Route.V3;
using Envoy.Extensions.Filters.Network.HttpConnectionManager.V3;
using Envoy.Extensions.Filters.Network.TcpProxy.V3;
using NetworkRbac = Envoy.Extensions.Filters.Network.Rbac.V3.RBAC;

namespace Jumpgate.EnvoyConfig.Tests.Evaluation;

/// <summary>What a listener does with a connection, and with a request on it.</summary>
internal sealed class EnvoyListener(Listener listener, Func<string, RouteConfiguration?> routes)
{
    /// <summary>What the client is shown in the handshake; null: there is none.</summary>
    public Certificate? CertificateFor(DownstreamConnection connection) =>
        TransportSecurity.ServerCertificate(FilterChains.Select(listener, connection)?.TransportSocket);

    /// <param name="request">Null asks about the connection only.</param>
    public EnvoyVerdict Judge(DownstreamConnection connection, ClientRequest? request)
    {
        NotModelledException.ThrowUnlessOnly(
            listener, "name", "address", "additional_addresses", "filter_chains", "default_filter_chain",
            "listener_filters",
            "traffic_direction", "enable_reuse_port", "access_log", "stat_prefix", "bind_to_port", "transparent",
            "listener_filters_timeout",
            "continue_on_listener_filters_timeout");
        var chain = FilterChains.Select(listener, connection);
        if (chain is null)
        {
            return new EnvoyVerdict(EnvoyOutcome.Closed, $"{listener.Name}: no filter chain");
        }

        NotModelledException.ThrowUnlessOnly(chain, "name", "filter_chain_match", "filters", "transport_socket");
        if (TransportSecurity.Accept(chain.TransportSocket, connection) is not { } accepted)
        {
            return new EnvoyVerdict(EnvoyOutcome.Closed, $"{chain.Name}: handshake");
        }

        connection = accepted;
        var engine = new RbacEngine(connection, null, connection.Source.Address);
        var shadowDenied = false;
        foreach (var filter in chain.Filters)
        {
            NotModelledException.ThrowUnlessOnly(filter, "name", "typed_config");
            var isLast = filter == chain.Filters[^1];
            if (Packed.TryGet<NetworkRbac>(filter.TypedConfig, out var rbac))
            {
                NotModelledException.ThrowUnlessOnly(
                    rbac, "rules", "shadow_rules", "shadow_rules_stat_prefix", "stat_prefix");
                shadowDenied |= rbac.ShadowRules is not null && !engine.Allows(rbac.ShadowRules);

                // "If absent, no enforcing RBAC policy will be applied. If present and empty, DENY."
                if (rbac.Rules is not null && !engine.Allows(rbac.Rules))
                {
                    return new EnvoyVerdict(EnvoyOutcome.Closed, $"{chain.Name}: {filter.Name}");
                }
            }
            else if (isLast && Packed.TryGet<TcpProxy>(filter.TypedConfig, out var tcp))
            {
                return new EnvoyVerdict(
                    EnvoyOutcome.Forwarded, chain.Name)
                { Cluster = tcp.Cluster, ShadowDenied = shadowDenied };
            }
            else if (isLast && Packed.TryGet<HttpConnectionManager>(filter.TypedConfig, out var manager))
            {
                // A handshake that nobody expects is no request.
                var verdict = connection.Tls is not null
                    ? new EnvoyVerdict(EnvoyOutcome.Answered, HttpManager.Codec) { Status = 400 }
                    : request is null ? new EnvoyVerdict(EnvoyOutcome.AsksRequests, chain.Name)
                    {
                        Cluster = new HttpManager(manager, routes).OnlyCluster,
                    }
                    : new HttpManager(manager, routes).Judge(connection, request);
                return verdict with { ShadowDenied = verdict.ShadowDenied || shadowDenied };
            }
            else
            {
                throw new NotModelledException(
                    $"the network filter {filter.Name} ({filter.TypedConfig.TypeUrl}) in {chain.Name}");
            }
        }

        // "If the filter list is empty, the connection will close by default." A chain without a terminal filter is
        // refused.
        return chain.Filters.Count == 0
            ? new EnvoyVerdict(EnvoyOutcome.Closed, chain.Name)
            : throw new NotModelledException($"{chain.Name} has no terminal filter");
    }
}
