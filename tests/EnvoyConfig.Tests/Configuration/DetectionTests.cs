using Envoy.Config.Listener.V3;
using Envoy.Config.Route.V3;
using Envoy.Extensions.Filters.Network.HttpConnectionManager.V3;
using Envoy.Extensions.Filters.Network.TcpProxy.V3;
using Jumpgate.EnvoyConfig.Nodes;
using Jumpgate.EnvoyConfig.Sidecar;
using Jumpgate.Policy.Workloads;
using NetworkRbac = Envoy.Extensions.Filters.Network.Rbac.V3.RBAC;

namespace Jumpgate.EnvoyConfig.Tests.Configuration;

/// <summary>
/// Protocol detection: what listeners do beside policy. That verdicts stay is shown over generated policies.
/// </summary>
public sealed class DetectionTests
{
    private const string Manager = "envoy.filters.network.http_connection_manager";

    /// <summary>
    /// Port 80 has L7 rules for some and none for others; 5432 and all else but 9092 are open for the empire.
    /// </summary>
    private const string Policy = """
        ingress:
          - fromEndpoints: [{ matchLabels: { class: tiefighter } }]
            toPorts: [{ ports: [{ port: "80", protocol: TCP }], rules: { http: [{ method: GET }] } }]
          - fromEndpoints: [{ matchLabels: { class: xwing } }]
            toPorts: [{ ports: [{ port: "80", protocol: TCP }, { port: "5432", protocol: TCP }] }]
          - fromCIDRSet: [{ cidr: 172.16.0.0/12, except: [172.17.0.0/16] }]
            toPorts: [{ ports: [{ port: "8080", protocol: TCP }] }]
        """;

    private static Scene With(string policy, params ushort[] serverFirst)
    {
        var scene = Scene.With(policy);
        for (var i = 0; i < scene.Workloads.Count; i++)
        {
            scene.Workloads[i] = scene.Workloads[i] with { Detection = new ProtocolDetection([.. serverFirst]) };
        }

        return scene;
    }

    [Fact]
    public void Inbound_OpenPort_HasAChainForPlainHttpBesideItsBytes()
    {
        var listener = With(Policy).Inbound();

        var bytes = listener.Chain("inbound/5432/tcp");
        var http = listener.Chain("inbound/5432/tcp/http-inside");
        var tls = listener.Chain("inbound/5432/tcp/tls-inside");
        Assert.Equal(["http/1.1", "h2c"], http.FilterChainMatch.ApplicationProtocols);
        Assert.Equal("", http.FilterChainMatch.TransportProtocol);
        Assert.Equal("tls", tls.FilterChainMatch.TransportProtocol);
        Assert.Empty(tls.FilterChainMatch.ApplicationProtocols);
        Assert.Equal(bytes.Filters, tls.Filters);
        foreach (var twin in (FilterChain[])[http, tls])
        {
            Assert.Equal(
                bytes.FilterChainMatch.DirectSourcePrefixRanges, twin.FilterChainMatch.DirectSourcePrefixRanges);
            Assert.Equal(bytes.FilterChainMatch.DestinationPort, twin.FilterChainMatch.DestinationPort);
            Assert.Equal(
                bytes.Filter<NetworkRbac>("envoy.filters.network.rbac"),
                twin.Filter<NetworkRbac>("envoy.filters.network.rbac"));
        }
    }

    [Fact]
    public void Inbound_PlainHttp_IsReadAndLoggedAndNotTouched()
    {
        var chain = With(Policy).Inbound().Chain("inbound/5432/tcp/http-inside");
        var manager = chain.Filter<HttpConnectionManager>(Manager);

        Assert.Same(chain.Filters[^1], chain.Filters.Single(f => f.Name == Manager));
        Assert.Equal(["envoy.filters.http.router"], manager.HttpFilters.Select(f => f.Name));
        Assert.False(manager.NormalizePath);
        Assert.False(manager.MergeSlashes);
        Assert.Equal(HttpConnectionManager.Types.PathWithEscapedSlashesAction.KeepUnchanged,
            manager.PathWithEscapedSlashesAction);
        Assert.True(manager.UseRemoteAddress);
        Assert.Null(manager.RequestHeadersTimeout);
        Assert.Equal(["websocket", "CONNECT"], manager.UpgradeConfigs.Select(u => u.UpgradeType));
        Assert.Equal(
            [RouteMatch.PathSpecifierOneofCase.ConnectMatcher, RouteMatch.PathSpecifierOneofCase.Prefix],
            manager.RouteConfig.VirtualHosts.Single().Routes.Select(r => r.Match.PathSpecifierCase));
        Assert.All(manager.RouteConfig.VirtualHosts.Single().Routes, r =>
            Assert.Equal(Clusters.OriginalDestination, r.Route_.Cluster));
        Assert.Equal(
            ["envoy.access_loggers.stdout", "envoy.access_loggers.http_grpc"], manager.AccessLog.Select(l => l.Name));
    }

    /// <summary>
    /// A chain that asks for a protocol goes before all that do not: none may be at a port with L7 rules.
    /// </summary>
    [Fact]
    public void Inbound_PortWithL7Rules_AsksForNoProtocol()
    {
        var listener = With(Policy).Inbound();

        var ofPort = listener.FilterChains.Where(c => c.FilterChainMatch.DestinationPort == 80).ToList();
        Assert.Equal(["inbound/80/http", "inbound/80/tcp"], ofPort.Select(c => c.Name).Order());
        Assert.All(ofPort, c => Assert.True(
            c.FilterChainMatch is { TransportProtocol: "", ApplicationProtocols.Count: 0, ServerNames.Count: 0 }));
    }

    /// <summary>
    /// Else who speaks HTTP from inside of a hole would be asked only whether he is inside of what is around it.
    /// </summary>
    [Fact]
    public void Inbound_HoleInAPrefix_IsClosedForEveryProtocol()
    {
        var listener = With(Policy).Inbound();

        foreach (var name in (string[])["closed", "closed/tls-inside", "closed/http-inside"])
        {
            var chain = listener.Chain($"inbound/8080/{name}");
            Assert.Empty(chain.Filters);
            Assert.Equal(["172.17.0.0"], chain.FilterChainMatch.DirectSourcePrefixRanges.Select(r => r.AddressPrefix));
        }
    }

    [Fact]
    public void Listener_Inspectors_WaitWhereItMattersAndNotForLong()
    {
        var listener = With("ingress: [{ fromEntities: [all] }]", 25, 3306).Inbound();

        Assert.Equal(
            ["envoy.filters.listener.original_dst", "envoy.filters.listener.tls_inspector",
                "envoy.filters.listener.http_inspector"],
            listener.ListenerFilters.Select(f => f.Name));
        Assert.InRange(
            listener.ListenerFiltersTimeout.ToTimeSpan(), TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(1));
        Assert.True(listener.ContinueOnListenerFiltersTimeout);
        Assert.Equal(
            [25, 3306, 15001, 15006], Enumerable.Range(1, ushort.MaxValue).Where(p => !IsInspected(listener, p)));
    }

    [Fact]
    public void Inbound_WithHttpRulesAlone_HasNoChainThatAsksForAProtocol()
    {
        var listener = With("""
            ingress: [{ toPorts: [{ ports: [{ port: "80", protocol: TCP }], rules: { http: [{ method: GET }] } }] }]
            """).Inbound();

        Assert.All(listener.FilterChains, c => Assert.Empty(c.FilterChainMatch.ApplicationProtocols));
        Assert.All(listener.FilterChains, c => Assert.Equal("", c.FilterChainMatch.TransportProtocol));
    }

    /// <summary>
    /// Under our own TLS the protocol is known too late: bytes, with the same handshake, whatever came first.
    /// </summary>
    [Fact]
    public void Inbound_PeerWithAnId_ShowsItsCertificateWhateverComesFirst()
    {
        const string mesh = "spiffe://example.org/";
        var scene = With("ingress: [{ fromEntities: [all] }]");
        for (var i = 0; i < 2; i++)
        {
            Assert.True(SpiffeId.TryParse(mesh + scene.Workloads[i].Name, out var id, out var problem), problem);
            scene.Workloads[i] = scene.Workloads[i] with { Tls = new WorkloadTls(id, "/run/spire/agent.sock", null) };
        }

        var listener = scene.Inbound();
        var bytes = listener.Chain($"inbound/tcp/{mesh}tiefighter");
        foreach (var name in (string[])["tls-inside", "http-inside"])
        {
            var twin = listener.Chain($"{bytes.Name}/{name}");
            Assert.Equal(bytes.TransportSocket, twin.TransportSocket);
            Assert.Equal(bytes.Filters, twin.Filters);
        }

        var outbound = scene.Sidecar("tiefighter").Listener("outbound");
        var name2 = $"outbound/tcp/{mesh}deathstar";
        var cluster = outbound.Chain(name2).Filter<TcpProxy>("envoy.filters.network.tcp_proxy").Cluster;
        Assert.Equal($"original-dst/{mesh}deathstar", cluster);
        Assert.All(
            outbound.Chain($"{name2}/http-inside")
            .Filter<HttpConnectionManager>(Manager).RouteConfig.VirtualHosts.Single().Routes,
            r => Assert.Equal(cluster, r.Route_.Cluster));
    }

    [Fact]
    public void TryCreate_WithDetection_IsValidAndNothingChangesWithout()
    {
        var with = With(Policy);
        Assert.True(
            NodeConfiguration.TryCreate(with.View, new NodeKey("deathstar", NodeProfile.Sidecar), new SidecarOptions(),
                out var made, out var errors),
            string.Join("; ", errors));
        var json = string.Concat(made.Messages.Select(m => ResourceJson.Of(m).ToJsonString()));
        Assert.Contains("tls_inspector.v3.TlsInspector", json, StringComparison.Ordinal);
        Assert.Contains("http_inspector.v3.HttpInspector", json, StringComparison.Ordinal);
        Assert.Contains("requested_server_name", json, StringComparison.Ordinal);

        var without =
            string.Concat(Scene.With(Policy).Sidecar().Messages.Select(m => ResourceJson.Of(m).ToJsonString()));
        Assert.DoesNotContain("inspector", without, StringComparison.Ordinal);
        Assert.DoesNotContain("-inside", without, StringComparison.Ordinal);
        Assert.DoesNotContain("requested_server_name", without, StringComparison.Ordinal);
    }

    private static bool IsInspected(Listener listener, int port) =>
        listener.ListenerFilters.Skip(1).Select(f => f.FilterDisabled).All(
        d => d is null || !(d.OrMatch?.Rules.Select(r => r.DestinationPortRange) ?? [d.DestinationPortRange])
            .Any(r => port >= r.Start && port < r.End));
}
