using Envoy.Config.Cluster.V3;
using Envoy.Config.Core.V3;
using Envoy.Config.Listener.V3;
using Envoy.Extensions.Filters.Network.TcpProxy.V3;
using Envoy.Extensions.TransportSockets.Tls.V3;
using Google.Protobuf;
using Jumpgate.EnvoyConfig.Bootstrap;
using Jumpgate.EnvoyConfig.Nodes;
using Jumpgate.EnvoyConfig.Sidecar;
using Jumpgate.Policy.Labels;
using Jumpgate.Policy.Workloads;
using NetworkRbac = Envoy.Extensions.Filters.Network.Rbac.V3.RBAC;

namespace Jumpgate.EnvoyConfig.Tests.Configuration;

public class MutualTlsTests
{
    private const string Mesh = "spiffe://example.org/ns/x/sa/";
    private const string Tcp = "envoy.filters.network.tcp_proxy";

    private static readonly CertificateFiles Files =
        new("/certs/{name}/tls.crt", "/certs/{name}/tls.key", "/certs/ca.crt");

    /// <summary>The deathstar and the tiefighter have IDs, the xwing has none.</summary>
    private static Scene With(string sections, string? sds = "/run/spire/agent.sock")
    {
        var scene = Scene.With(sections);
        for (var i = 0; i < 2; i++)
        {
            var workload = scene.Workloads[i];
            Assert.True(SpiffeId.TryParse(Mesh + workload.Name, out var id, out var problem), problem);
            scene.Workloads[i] = workload with { Tls = new WorkloadTls(id, sds, Files.Of(workload.Name)) };
        }

        return scene;
    }

    private static T Tls<T>(TransportSocket socket)
        where T : IMessage<T>, new() => socket.TypedConfig.Unpack<T>();

    private static IEnumerable<string> Sources(FilterChain chain) =>
        chain.FilterChainMatch.DirectSourcePrefixRanges.Select(r => $"{r.AddressPrefix}/{r.PrefixLen}");

    [Fact]
    public void Inbound_PeerWithAnId_ComesOverTlsOnly()
    {
        var listener = With("ingress: [{ fromEntities: [all] }]").Inbound();

        var plain = listener.Chain("inbound/tcp");
        Assert.Null(plain.TransportSocket);
        var ids = plain.Filter<NetworkRbac>("envoy.filters.network.rbac").Rules.Policies.Values.Single().Principals;
        Assert.Equal(
            ["10.0.0.2", "fd00::2"], ids.Select(p => p.AndIds.Ids[1].NotId.DirectRemoteIp.AddressPrefix).Order());

        var tls = listener.Chain($"inbound/tcp/{Mesh}tiefighter");
        Assert.Equal(["10.0.0.2/32", "fd00::2/128"], Sources(tls));
        var context = Tls<DownstreamTlsContext>(tls.TransportSocket);
        Assert.True(context.RequireClientCertificate);
        Assert.Equal(
            [Mesh + "tiefighter"],
            context.CommonTlsContext.CombinedValidationContext.DefaultValidationContext.MatchTypedSubjectAltNames.Select(m => m.Matcher.Exact));
        Assert.Equal(Clusters.OriginalDestination, tls.Filter<TcpProxy>(Tcp).Cluster);
    }

    [Fact]
    public void Inbound_PeerWithAnId_IsAddressAndNameToRules()
    {
        var rbac = With("ingress: [{ fromEndpoints: [{ matchLabels: { class: tiefighter } }] }]").Inbound()
            .Chain($"inbound/tcp/{Mesh}tiefighter").Filter<NetworkRbac>("envoy.filters.network.rbac").Rules;

        var principals = rbac.Policies.Values.Single().Principals;
        Assert.Equal(["10.0.0.2", "fd00::2"], principals.Select(p => p.AndIds.Ids[0].DirectRemoteIp.AddressPrefix));
        Assert.All(principals, p =>
            Assert.Equal(Mesh + "tiefighter", p.AndIds.Ids[1].Authenticated.PrincipalName.Exact));
    }

    [Fact]
    public void Inbound_DeniedPeerWithAnId_IsDeniedByItsAddress()
    {
        var listener = With("""
            ingress: [{ fromEntities: [all] }]
            ingressDeny: [{ fromEndpoints: [{ matchLabels: { class: tiefighter } }] }]
            """).Inbound();

        Assert.DoesNotContain(listener.FilterChains, c => c.TransportSocket is not null);
        var deny = listener.Chain("inbound/tcp").Filter<NetworkRbac>("jumpgate.deny").Rules.Policies.Values.Single();
        Assert.Equal(["10.0.0.2", "fd00::2"], deny.Principals.Select(p => p.DirectRemoteIp.AddressPrefix));
        Assert.Contains("10.0.0.2/32", Sources(listener.Chain("inbound/closed")));
    }

    [Fact]
    public void Outbound_ServerWithAnId_IsReachedByAClusterThatKnowsItsName()
    {
        var resources = With("ingress: []").Sidecar("tiefighter");

        var name = $"original-dst/{Mesh}deathstar";
        Assert.Equal(
            name, resources.Listener("outbound").Chain($"outbound/tcp/{Mesh}deathstar").Filter<TcpProxy>(Tcp).Cluster);
        var cluster = resources.Messages.OfType<Cluster>().Single(c => c.Name == name);
        Assert.Equal(Cluster.Types.DiscoveryType.OriginalDst, cluster.Type);
        var tls = Tls<UpstreamTlsContext>(cluster.TransportSocket).CommonTlsContext;
        Assert.Equal(Mesh + "tiefighter", tls.TlsCertificateSdsSecretConfigs.Single().Name);
        Assert.Equal(
            Mesh + "deathstar",
            tls.CombinedValidationContext.DefaultValidationContext.MatchTypedSubjectAltNames.Single().Matcher.Exact);
        Assert.Equal("spiffe://example.org", tls.CombinedValidationContext.ValidationContextSdsSecretConfig.Name);
        Assert.Equal(Clusters.OriginalDestination,
            resources.Listener("outbound").Chain("outbound/tcp").Filter<TcpProxy>(Tcp).Cluster);
    }

    [Fact]
    public void Sidecar_CertificatesInFiles_AreWatchedSecretsOfTheAgent()
    {
        var secrets = With("ingress: []", sds: null).Sidecar().Messages.OfType<Secret>().ToList();

        Assert.Equal(["jumpgate-certificate", "jumpgate-authority"], secrets.Select(s => s.Name));
        Assert.Equal("/certs/deathstar/tls.key", secrets[0].TlsCertificate.PrivateKey.Filename);
        Assert.Equal("/certs/deathstar", secrets[0].TlsCertificate.WatchedDirectory.Path);
        Assert.Empty(With("ingress: []").Sidecar().Messages.OfType<Secret>());
    }

    [Theory]
    [InlineData(NodeProfile.Sidecar, "/run/spire/agent.sock")]
    [InlineData(NodeProfile.Sidecar, null)]
    [InlineData(NodeProfile.Grpc, null)]
    [InlineData(NodeProfile.OldGrpc, null)]
    public void TryCreate_ResourcesWithTls_AreValidAndConsistent(NodeProfile profile, string? sds)
    {
        var view = With("""
            ingress: [{ toPorts: [{ ports: [{ port: web, protocol: TCP }], rules: { http: [{ method: GET }] } }] }]
            egress: [{ toPorts: [{ ports: [{ port: "80", protocol: TCP }], rules: { http: [{ method: GET }] } }] }, { toEntities: [all] }]
            """, sds).View;

        Assert.All(["deathstar", "tiefighter", "xwing"], name => Assert.True(
            NodeConfiguration.TryCreate(view, new NodeKey(name, profile), new SidecarOptions(), out _, out var errors),
            string.Join("; ", errors)));
    }

    [Theory]
    [InlineData(NodeProfile.Grpc)]
    [InlineData(NodeProfile.OldGrpc)]
    public void Grpc_ServiceOfWorkloadsWithAndWithoutIds_IsAClusterForEach(NodeProfile profile)
    {
        var scene = With("ingress: [{}]", sds: null);
        var label = new LabelSet([new Label(Label.Unspecified, "jumpgate.dev/service", "stations")]);
        scene.Workloads[0] = scene.Workloads[0] with { Labels = label };
        scene.Workloads[2] = scene.Workloads[2] with { Labels = label, Ports = scene.Workloads[0].Ports };

        Assert.True(NodeConfiguration.TryCreate(
            scene.View, new NodeKey("tiefighter", profile), new SidecarOptions(), out var made, out var errors),
            string.Join("; ", errors));
        var clusters = made.Messages.OfType<Cluster>()
            .Where(c => c.Name.StartsWith("stations:80", StringComparison.Ordinal)).ToList();
        Assert.Equal(["stations:80", $"stations:80/{Mesh}deathstar"], clusters.Select(c => c.Name));
        Assert.Null(clusters[0].TransportSocket);
#pragma warning disable CS0612 // What gRPC's libraries know.
        var names = Tls<UpstreamTlsContext>(
            clusters[1].TransportSocket).CommonTlsContext.ValidationContext.MatchSubjectAltNames;
#pragma warning restore CS0612
        Assert.Equal(Mesh + "deathstar", names.Single().Exact);
    }

    [Fact]
    public void Grpc_ServerWithAnId_AsksItsPeersForCertificatesWhateverRulesSay()
    {
        var scene = With("ingress: [{}]", sds: null);
        Assert.True(NodeConfiguration.TryCreate(
            scene.View, new NodeKey("deathstar", NodeProfile.Grpc), new SidecarOptions(), out var made, out _));

        var chains = made.Messages.OfType<Listener>()
            .First(l => l.Name.EndsWith("=10.0.0.1:80", StringComparison.Ordinal)).FilterChains;
        Assert.Equal(["calls", "calls/tls"], chains.Select(c => c.Name));
        Assert.Null(chains[0].TransportSocket);
        Assert.Equal(["10.0.0.2", "fd00::2"],
            chains[1].FilterChainMatch.SourcePrefixRanges.Select(r => r.AddressPrefix).Order());
        Assert.True(Tls<DownstreamTlsContext>(chains[1].TransportSocket).RequireClientCertificate);
    }

    [Fact]
    public void Sidecar_OfAWorkloadWithoutAnId_IsAsWithoutTls()
    {
        const string policy = "ingress: [{ fromEntities: [all] }]";

        Assert.Equal(VersionOf(Scene.With(policy)), VersionOf(With(policy)));

        static string VersionOf(Scene scene) => NodeConfiguration.TryCreate(
            scene.View, new NodeKey("xwing", NodeProfile.Sidecar), new SidecarOptions(), out var made, out _)
                ? made.Snapshot.Version : "none";
    }

    [Fact]
    public void Sidecar_AccessLog_ShowsThePeersId()
    {
        Assert.Contains("DOWNSTREAM_PEER_URI_SAN", Log("deathstar"), StringComparison.Ordinal);
        Assert.DoesNotContain("DOWNSTREAM_PEER_URI_SAN", Log("xwing"), StringComparison.Ordinal);

        static string Log(string workload) =>
            ResourceJson.Of(With("ingress: []").Sidecar(workload).Listener("inbound").AccessLog[0]).ToJsonString();
    }

    [Fact]
    public void Bootstrap_WithSds_HasItsSocketAsACluster()
    {
        var clusters = EnvoyBootstrap.Create(Options(sds: "/run/spire/agent.sock")).StaticResources.Clusters;

        Assert.Equal([Clusters.Agent, Clusters.Secrets], clusters.Select(c => c.Name));
        Assert.Equal(
            "/run/spire/agent.sock",
            clusters[1].LoadAssignment.Endpoints.Single().LbEndpoints.Single().Endpoint.Address.Pipe.Path);
        Assert.Single(EnvoyBootstrap.Create(Options(sds: null)).StaticResources.Clusters);
    }

    [Fact]
    public void Bootstrap_OfGrpc_NamesTheFiles()
    {
        var provider = GrpcBootstrap.Create(Options(sds: null))["certificate_providers"]!["jumpgate"]!;

        Assert.Equal("file_watcher", (string?)provider["plugin_name"]);
        Assert.Equal("/certs/deathstar/tls.crt", (string?)provider["config"]!["certificate_file"]);
        Assert.Equal("/certs/deathstar/tls.key", (string?)provider["config"]!["private_key_file"]);
        Assert.Equal("/certs/ca.crt", (string?)provider["config"]!["ca_certificate_file"]);
    }

    private static BootstrapOptions Options(string? sds) => new()
    {
        Node = "deathstar",
        Xds = "127.0.0.1:18000",
        Tls = With("ingress: []", sds).Workload("deathstar").Tls,
    };
}
