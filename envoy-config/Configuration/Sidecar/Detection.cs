using Envoy.Config.Listener.V3;
using Envoy.Extensions.Filters.Listener.HttpInspector.V3;
using Envoy.Extensions.Filters.Listener.TlsInspector.V3;
using Envoy.Type.V3;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Jumpgate.EnvoyConfig.Policies;
using Jumpgate.Policy.Workloads;
using Jumpgate.Xds.Resources;

namespace Jumpgate.EnvoyConfig.Sidecar;

/// <summary>
/// Looks for HTTP where policy asks nobody for L7 rules. Envoy asks for the protocol before it asks for the client's
/// address, and does not come back: a port's chains with a protocol take all that speaks it. So every chain of such a
/// port is there three times, for the same peers with the same verdict; and no chain of a port with L7 rules asks for a
/// protocol.
/// </summary>
internal sealed class Detection(ProtocolDetection? wanted, SidecarOptions options)
{
    /// <summary>
    /// Of the names that http_inspector gives. Not <c>http/1.0</c>: Envoy answers such requests with 426, or makes
    /// others of them; they pass as bytes.
    /// </summary>
    private static readonly string[] Http = ["http/1.1", "h2c"];

    /// <summary>
    /// Who speaks first speaks within a round trip of the handshake. Whoever says nothing for so long is taken for
    /// bytes, as a client whose server speaks first; the default, 15 s, would stall those.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    /// <returns>Whether to look at these ports.</returns>
    public bool Covers(PortView ports) => wanted is not null && !ports.HasL7 && ports.Peers.Any(p => p.IsOpen);

    /// <summary>The chain again, for connections that begin with TLS and for those that begin with HTTP.</summary>
    /// <param name="proxy">The filter that reads HTTP in place of the last one; null: what passes is the same
    /// bytes.</param>
    public static IEnumerable<FilterChain> Twins(FilterChain chain, Filter? proxy)
    {
        // A client's ALPN names protocols too, which nobody speaks before its handshake.
        var tls = chain.Clone();
        tls.Name = $"{chain.Name}/tls-inside";
        tls.FilterChainMatch.TransportProtocol = "tls";
        yield return tls;

        var http = chain.Clone();
        http.Name = $"{chain.Name}/http-inside";
        http.FilterChainMatch.ApplicationProtocols.Add(Http);
        if (proxy is not null)
        {
            http.Filters[^1] = proxy;
        }

        yield return http;
    }

    public Filter Reader(string name, string cluster) =>
        HttpChain.CreateWithoutRules($"{name}/http-inside", cluster, options);

    /// <summary>
    /// What finds out. At every port, also where nothing is done with the answer: which ports those are is for policy
    /// to say, and a listener whose filters change is another one, all of whose connections are drained.
    /// </summary>
    /// <param name="closed">Ports that nobody may use.</param>
    public void AddTo(Listener listener, params ushort[] closed)
    {
        if (wanted is null)
        {
            return;
        }

        var disabled = Predicate(
            PortRange.Join(wanted.ServerFirstPorts.Concat(closed).Distinct().Select(p => new PortRange(p, p))));
        listener.ListenerFilters.Add(Inspector("envoy.filters.listener.tls_inspector", new TlsInspector(), disabled));
        listener.ListenerFilters.Add(Inspector("envoy.filters.listener.http_inspector", new HttpInspector(), disabled));
        listener.ListenerFiltersTimeout = Duration.FromTimeSpan(Patience);
        listener.ContinueOnListenerFiltersTimeout = true;
    }

    private static ListenerFilterChainMatchPredicate? Predicate(IEnumerable<PortRange> ranges)
    {
        var all = ranges.Select(r => new ListenerFilterChainMatchPredicate
        {
            DestinationPortRange = new Int32Range { Start = r.First, End = r.Last + 1 },
        }).ToList();
        return all.Count switch
        {
            0 => null,
            1 => all[0],
            _ => new ListenerFilterChainMatchPredicate { OrMatch = new ListenerFilterChainMatchPredicate.Types.MatchSet { Rules = { all } } },
        };
    }

    private static ListenerFilter Inspector(
        string name, IMessage config, ListenerFilterChainMatchPredicate? disabled) =>
        new() { Name = name, TypedConfig = Deterministic.Pack(config), FilterDisabled = disabled };
}
