using System.Net;
using Envoy.Config.Cluster.V3;
using Envoy.Config.Listener.V3;
using Envoy.Extensions.Filters.Network.HttpConnectionManager.V3;
using Envoy.Extensions.Filters.Network.TcpProxy.V3;
using Envoy.Extensions.TransportSockets.ProxyProtocol.V3;
using Jumpgate.EnvoyConfig.Sidecar;
using HttpRbac = Envoy.Extensions.Filters.Http.Rbac.V3.RBAC;
using NetworkRbac = Envoy.Extensions.Filters.Network.Rbac.V3.RBAC;

namespace Jumpgate.EnvoyConfig.Tests.Configuration;

public class ListenerTests
{
    private const string Http = """
        ingress:
          - fromEndpoints: [{ matchLabels: { org: empire } }]
            toPorts: [{ ports: [{ port: "80", protocol: TCP }], rules: { http: [{ method: GET }] } }]
        """;

    private const string Manager = "envoy.filters.network.http_connection_manager";

    private static IEnumerable<string> Sources(FilterChain chain) =>
        chain.FilterChainMatch.DirectSourcePrefixRanges.Select(r => $"{r.AddressPrefix}/{r.PrefixLen}");

    private static HttpConnectionManager ManagerOf(string policy) =>
        Scene.With(policy).Inbound().Chain("inbound/80/http").Filter<HttpConnectionManager>(Manager);

    [Fact]
    public void Sidecar_Listeners_AreOnLoopbackWithAddressesOfTheirOwn()
    {
        var listeners = Scene.With(Http).Sidecar().Messages.OfType<Listener>().ToList();
        var addresses = listeners.SelectMany(l => l.AdditionalAddresses.Select(a => a.Address).Prepend(l.Address))
            .Select(a => $"{a.SocketAddress.Address} {a.SocketAddress.PortValue}").ToList();

        Assert.Equal(["127.0.0.1 15006", "::1 15006", "127.0.0.1 15001", "::1 15001"], addresses);
        Assert.All(listeners, l =>
            Assert.Equal("envoy.filters.listener.original_dst", l.ListenerFilters.Single().Name));
        Assert.All(listeners, l => Assert.False(l.EnableReusePort));
    }

    [Fact]
    public void Sidecar_OriginalDestinationCluster_IsProvidedByItselfAndHasNoAssignment()
    {
        var cluster = Scene.With(Http).Sidecar().Messages.OfType<Cluster>().Single();

        Assert.Equal(Cluster.Types.DiscoveryType.OriginalDst, cluster.Type);
        Assert.Equal(Cluster.Types.LbPolicy.ClusterProvided, cluster.LbPolicy);
        Assert.Null(cluster.LoadAssignment);
        Assert.Null(cluster.OriginalDstLbConfig);
    }

    [Fact]
    public void Inbound_HttpPort_IsForItsPeersAndNobodyElse()
    {
        var listener = Scene.With(Http).Inbound();

        Assert.Equal(["inbound/80/http", "inbound/self/15001", "inbound/self/15006"], listener.Names());
        Assert.Null(listener.DefaultFilterChain);
        Assert.Equal(
            ["10.0.0.1/32", "10.0.0.2/32", "fd00::1/128", "fd00::2/128"], Sources(listener.Chain("inbound/80/http")));
        Assert.Equal(80u, listener.Chain("inbound/80/http").FilterChainMatch.DestinationPort);
    }

    [Fact]
    public void Inbound_OwnPorts_AreClosed() =>
        Assert.Empty(Scene.With("ingress: []").Inbound().Chain("inbound/self/15006").Filters);

    [Fact]
    public void Inbound_NoPolicy_PassesEverythingUnparsed()
    {
        var chain = new Scene().Inbound().Chain("inbound/tcp");

        Assert.Null(chain.FilterChainMatch.DestinationPort);
        Assert.Empty(Sources(chain));
        Assert.Equal(
            Clusters.OriginalDestination, chain.Filter<TcpProxy>("envoy.filters.network.tcp_proxy").Cluster);
        Assert.True(
            chain.Filter<NetworkRbac>(
            "envoy.filters.network.rbac").Rules.Policies.Values.Single().Principals.Single().Any);
    }

    [Fact]
    public void Inbound_DefaultDeny_HasNoChain() =>
        Assert.Equal(["inbound/self/15001", "inbound/self/15006"], Scene.With("ingress: [{}]").Inbound().Names());

    [Fact]
    public void Inbound_PeerWithoutL7RulesAtAnHttpPort_IsNotParsed()
    {
        var listener = Scene.With(Http + """

              - fromEndpoints: [{ matchLabels: { class: xwing } }]
                toPorts: [{ ports: [{ port: "80", protocol: TCP }] }]
            """).Inbound();

        Assert.Equal(["10.0.0.3/32", "fd00::3/128"], Sources(listener.Chain("inbound/80/tcp")));
    }

    [Fact]
    public void Inbound_DeniedPrefixInsideAnAllowedOne_IsClosed()
    {
        var listener = Scene.With("""
            ingress:
              - fromCIDRSet: [{ cidr: 172.16.0.0/12, except: [172.17.0.0/16] }]
                toPorts: [{ ports: [{ port: "80", protocol: TCP }] }]
            """).Inbound();

        Assert.Equal(["172.16.0.0/12"], Sources(listener.Chain("inbound/80/tcp")));
        var closed = listener.Chain("inbound/80/closed");
        Assert.Equal(["172.17.0.0/16"], Sources(closed));
        Assert.Empty(closed.Filters);
        var rbac = listener.Chain("inbound/80/tcp").Filter<NetworkRbac>("envoy.filters.network.rbac").Rules;
        var ids = rbac.Policies.Values.Single().Principals.Single().AndIds.Ids;
        Assert.Equal("172.16.0.0", ids[0].DirectRemoteIp.AddressPrefix);
        Assert.Equal("172.17.0.0", ids[1].NotId.DirectRemoteIp.AddressPrefix);
    }

    [Fact]
    public void Inbound_DenyRule_IsNamedByADenyFilterBeforeTheAllow()
    {
        var filters = Scene.With("""
            ingress: [{ fromEntities: [all] }]
            ingressDeny: [{ fromEndpoints: [{ matchLabels: { class: xwing } }] }]
            """).Inbound().Chain("inbound/tcp").Filters;

        Assert.Equal(["jumpgate.deny", "envoy.filters.network.rbac", "envoy.filters.network.tcp_proxy"],
            filters.Select(f => f.Name));
        var deny = filters[0].TypedConfig.Unpack<NetworkRbac>().Rules;
        Assert.Equal(Envoy.Config.Rbac.V3.RBAC.Types.Action.Deny, deny.Action);
        Assert.Equal("rules-0", deny.Policies.Keys.Single());
    }

    [Fact]
    public void Inbound_PortThatIsClosedWhileOthersAreOpen_HasAChainThatCloses()
    {
        var listener = Scene.With("""
            ingress: [{ fromEntities: [all] }]
            ingressDeny: [{ toPorts: [{ ports: [{ port: "25", protocol: TCP }] }] }]
            """).Inbound();

        Assert.Empty(listener.Chain("inbound/25/closed").Filters);
    }

    [Fact]
    public void Inbound_MorePortsThanChains_AreRefusedWithAReason()
    {
        var resources = Scene.With("""
            ingress:
              - toPorts: [{ ports: [{ port: "8000", endPort: 8010, protocol: TCP }], rules: { http: [{ method: GET }] } }]
            """).Sidecar(options: new SidecarOptions { MaxPorts = 10 });

        Assert.Equal(["inbound/self/15001", "inbound/self/15006"], resources.Listener("inbound").Names());
        Assert.StartsWith(
            "deathstar, ingress, ports 8000-8010: 11 ports", Assert.Single(resources.Refusals).ToString());
    }

    [Fact]
    public void Inbound_RefusedPorts_AreNotTakenForTheOpenRest()
    {
        var resources = Scene.With("""
            ingress: [{ fromEntities: [all] }]
            ingressDeny: [{ toPorts: [{ ports: [{ port: "8000", endPort: 8010, protocol: TCP }] }] }]
            """).Sidecar(options: new SidecarOptions { MaxPorts = 10 });

        Assert.DoesNotContain("inbound/tcp", resources.Listener("inbound").Names());
        Assert.Equal(2, resources.Refusals.Length);
    }

    [Fact]
    public void Inbound_Http_NormalisesAsTheProxyDoes()
    {
        var manager = ManagerOf(Http);

        Assert.True(manager.NormalizePath);
        Assert.True(manager.MergeSlashes);
        Assert.Equal(
            HttpConnectionManager.Types.PathWithEscapedSlashesAction.UnescapeAndRedirect,
            manager.PathWithEscapedSlashesAction);
        Assert.True(manager.UseRemoteAddress);
        Assert.True(manager.SkipXffAppend);
    }

    [Fact]
    public void Inbound_Http_DeniesWithTheProxysWords()
    {
        var mappers = ManagerOf(Http).LocalReplyConfig.Mappers;

        Assert.Equal("Access denied", mappers[0].Body.InlineString);
        Assert.Equal("application/grpc", mappers[0].Filter.AndFilter.Filters[1].HeaderFilter.Header.StringMatch.Prefix);
        Assert.Equal("Access denied\r\n", mappers[1].Body.InlineString);
        Assert.Equal(403u, mappers[1].Filter.StatusCodeFilter.Comparison.Value.DefaultValue);
    }

    [Fact]
    public void Inbound_Http_WithoutItsRouteDeniesEverything()
    {
        var manager = ManagerOf(Http);
        var filter =
            manager.HttpFilters.Single(f => f.Name == "envoy.filters.http.rbac").TypedConfig.Unpack<HttpRbac>();

        Assert.Equal(Envoy.Config.Rbac.V3.RBAC.Types.Action.Allow, filter.Rules.Action);
        Assert.Empty(filter.Rules.Policies);
        Assert.Equal("inbound/80", manager.Rds.RouteConfigName);
    }

    [Fact]
    public void Inbound_Http_RulesComeWithTheRouteUnderTheFiltersName()
    {
        var resources = Scene.With(Http).Sidecar();

        Assert.Single(resources.Route("inbound/80").Rules().Rbac.Rules.Policies);
        Assert.Equal(
            Clusters.OriginalDestination,
            resources.Route("inbound/80").VirtualHosts.Single().Routes.Single().Route_.Cluster);
    }

    [Theory]
    [InlineData("/v1/?q=%20a", true)]
    [InlineData("*", true)]
    [InlineData("/a#b", false)]
    [InlineData("/a\\b", false)]
    [InlineData("/%zz", false)]
    [InlineData("/?%00", false)]
    [InlineData("/?%0A", true)]
    [InlineData("/\u00e9", false)]
    public void Inbound_Http_WhatTheProxyTakesForBadIsDeniedFirst(string target, bool passes)
    {
        var guard = ManagerOf(Http).HttpFilters[0].TypedConfig.Unpack<HttpRbac>().Rules.Policies.Values.Single();
        var expression = guard.Permissions[0].NotRule.Header.StringMatch.SafeRegex.Regex;

        Assert.Equal(passes, System.Text.RegularExpressions.Regex.IsMatch(target, $"^(?:{expression})$"));
    }

    [Fact]
    public void Inbound_KafkaPort_IsRefusedWithoutAFilter()
    {
        var resources = Scene.With(Kafka).Sidecar();

        Assert.Empty(resources.Listener("inbound").Chain("inbound/9092/closed").Filters);
        var reason = Assert.Single(resources.Refusals).Reason;
        Assert.Contains("topics", reason);
        Assert.Contains("--kafka-proxy-listen", reason);
        Assert.DoesNotContain(resources.Messages.OfType<Cluster>(), c => c.Name == Clusters.Kafka);
    }

    [Theory]
    [InlineData("192.0.2.1:15092")]
    [InlineData("[2001:db8::1]:15092")]
    public void Outbound_KafkaPort_GoesToTheFilterForTheBrokersThatHaveRules(string listen)
    {
        var filter = IPEndPoint.Parse(listen);
        var scene = new Scene().And("tiefighter", """
            egress:
              - toEndpoints: [{ matchLabels: { class: deathstar } }]
                toPorts: [{ ports: [{ port: "9092", protocol: TCP }], rules: { kafka: [{ role: produce, topic: plans }] } }]
            """);
        var resources = scene.Sidecar("tiefighter", new SidecarOptions { KafkaFilter = filter });

        var chain = resources.Listener("outbound").Chain("outbound/9092/kafka");
        Assert.Equal(["10.0.0.1", "fd00::1"], chain.FilterChainMatch.PrefixRanges.Select(r => r.AddressPrefix));
        Assert.Equal(Clusters.Kafka, chain.Filter<TcpProxy>("envoy.filters.network.tcp_proxy").Cluster);
        var address = resources.Messages.OfType<Cluster>().Single(c => c.Name == Clusters.Kafka)
            .LoadAssignment.Endpoints.Single().LbEndpoints.Single().Endpoint.Address.SocketAddress;
        Assert.Equal((filter.Address.ToString(), 15092u), (address.Address, address.PortValue));
        Assert.Empty(resources.Refusals);
    }

    [Fact]
    public void Inbound_KafkaPort_GoesToTheFilterWithTheClientsAddress()
    {
        var resources = Scene.With(Kafka).Sidecar(
            options: new SidecarOptions { KafkaFilter = IPEndPoint.Parse("127.0.0.1:15092") });

        Assert.Equal(Clusters.Kafka, resources.Listener("inbound").Chain("inbound/9092/kafka")
            .Filter<TcpProxy>("envoy.filters.network.tcp_proxy").Cluster);
        var socket = resources.Messages.OfType<Cluster>().Single(c => c.Name == Clusters.Kafka).TransportSocket;
        Assert.Equal(
            Envoy.Config.Core.V3.ProxyProtocolConfig.Types.Version.V2,
            socket.TypedConfig.Unpack<ProxyProtocolUpstreamTransport>().Config.Version);
        Assert.Empty(resources.Refusals);
    }

    [Fact]
    public void Outbound_Rule_IsForItsDestinations()
    {
        var scene = new Scene().And("tiefighter", """
            egress:
              - toEndpoints: [{ matchLabels: { class: deathstar } }]
                toPorts: [{ ports: [{ port: web, protocol: TCP }], rules: { http: [{ path: /v1/ }] } }]
            """);
        var resources = scene.Sidecar("tiefighter");
        var match = resources.Listener("outbound").Chain("outbound/80/http").FilterChainMatch;

        Assert.Equal(["10.0.0.1", "fd00::1"], match.PrefixRanges.Select(r => r.AddressPrefix));
        Assert.Empty(match.DirectSourcePrefixRanges);
        var policy = resources.Route("outbound/80").Rules().Rbac.Rules.Policies.Values.Single();
        Assert.True(policy.Principals.Single().Any);
        Assert.Equal(
            "10.0.0.1", policy.Permissions.Single().AndRules.Rules[0].OrRules.Rules[0].DestinationIp.AddressPrefix);
    }

    [Fact]
    public void Listener_ConnectionThatFitsNoChain_IsToldToTheAgent()
    {
        var logs = Scene.With(Http).Inbound().AccessLog;

        Assert.Equal(["envoy.access_loggers.stdout", "envoy.access_loggers.tcp_grpc"], logs.Select(l => l.Name));
        Assert.Equal(["NR"], logs[1].Filter.ResponseFlagFilter.Flags);
    }

    [Fact]
    public void Listener_LogsToTheAgent_CanBeLeftOut()
    {
        Assert.Contains(Clusters.Agent, Json(new SidecarOptions()));
        Assert.DoesNotContain(Clusters.Agent, Json(new SidecarOptions { LogsToAgent = false }));

        static string Json(SidecarOptions options) => string.Concat(
            Scene.With(Http).Sidecar(options: options).Messages.Select(m => Nodes.ResourceJson.Of(m).ToJsonString()));
    }

    private const string Kafka = """
        ingress:
          - toPorts: [{ ports: [{ port: "9092", protocol: TCP }], rules: { kafka: [{ role: produce, topic: plans }] } }]
        """;
}
