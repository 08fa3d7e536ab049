using Envoy.Config.Listener.V3;
using Envoy.Extensions.Filters.Network.TcpProxy.V3;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Jumpgate.EnvoyConfig.Rbac;
using Jumpgate.Xds.Resources;
using NetworkRbac = Envoy.Extensions.Filters.Network.Rbac.V3.RBAC;

namespace Jumpgate.EnvoyConfig.Sidecar;

/// <summary>
/// The network filters that pass bytes. That a peer may connect is what its filter chain was chosen by; RBAC says it
/// again, names the rule, and knows the audit mode. By itself it would come too late: it judges at the first byte of
/// the client, when the server may have spoken already.
/// </summary>
internal static class TcpChain
{
    public static IEnumerable<Filter> Create(string name, RbacRules rules, string cluster, SidecarOptions options)
    {
        if (rules.Deny is not null)
        {
            yield return Filter("jumpgate.deny", new NetworkRbac { Rules = rules.Deny, StatPrefix = $"{name}.deny." });
        }

        yield return Filter("envoy.filters.network.rbac", new NetworkRbac
        {
            Rules = rules.Allow,
            ShadowRules = rules.Shadow,
            StatPrefix = $"{name}.",
        });
        yield return Proxy(name, cluster, options);
    }

    /// <returns>Where the chain's bytes go; null: it passes none.</returns>
    public static string? ClusterOf(FilterChain chain) =>
        chain.Filters.LastOrDefault()?.TypedConfig is { } last && last.TryUnpack<TcpProxy>(out var proxy)
            ? proxy.Cluster : null;

    public static IEnumerable<Filter> CreateKafka(string name, SidecarOptions options) =>
        [Proxy(name, Clusters.Kafka, options)];

    private static Filter Proxy(string name, string cluster, SidecarOptions options) =>
        Filter("envoy.filters.network.tcp_proxy", new TcpProxy
        {
            StatPrefix = name,
            Cluster = cluster,
            // A silent connection is not a dead one.
            IdleTimeout = new Duration(),
            AccessLog = { AccessLogs.OfBytes(name, options) },
        });

    private static Filter Filter(string name, IMessage config) =>
        new() { Name = name, TypedConfig = Deterministic.Pack(config) };
}
