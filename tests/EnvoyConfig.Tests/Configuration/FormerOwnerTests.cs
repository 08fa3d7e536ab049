using System.Net;
using Envoy.Config.Endpoint.V3;
using Envoy.Config.Listener.V3;
using Jumpgate.EnvoyConfig.Policies;
using Jumpgate.EnvoyConfig.Proxyless;
using Jumpgate.EnvoyConfig.Sidecar;
using Jumpgate.Policy.Identities;

namespace Jumpgate.EnvoyConfig.Tests.Configuration;

/// <summary>
/// The xwing's address was the tiefighter's, and nodes may not know: it has what both of them may.
/// </summary>
public class FormerOwnerTests
{
    private const string Address = "10.0.0.3";

    private static PolicyView Between(Scene scene) => new(
        scene.View.Snapshot,
        new Dictionary<IPNetwork, PolicyGroup>
        {
            [IPNetwork.Parse($"{Address}/32")] = scene.View.Snapshot.GroupOf(scene.Workload("tiefighter")),
        });

    private static Listener Inbound(Scene scene) => SidecarResources.Create(
        Between(scene), scene.Workload("deathstar"), new SidecarOptions()).Listener("inbound");

    private static IEnumerable<string> Peers(Listener listener, string chain) =>
        listener.Chain(chain).FilterChainMatch.DirectSourcePrefixRanges.Select(r => r.AddressPrefix);

    [Fact]
    public void Inbound_RuleForTheNewOwner_DoesNotName() => Assert.Equal(
        ["fd00::3"], Peers(Inbound(Scene.With("""
            ingress:
              - fromEndpoints: [{ matchLabels: { class: xwing } }]
                toPorts: [{ ports: [{ port: "5432", protocol: TCP }] }]
            """)), "inbound/5432/tcp"));

    [Fact]
    public void Inbound_RuleForTheFormerOwner_DoesNotName() => Assert.DoesNotContain(
        Address, Peers(Inbound(Scene.With("""
            ingress:
              - fromEndpoints: [{ matchLabels: { class: tiefighter } }]
                toPorts: [{ ports: [{ port: "5432", protocol: TCP }] }]
            """)), "inbound/5432/tcp"));

    /// <summary>Nor does anything drain for it.</summary>
    [Theory]
    [InlineData("ingress: [{ fromEntities: [all] }]")]
    [InlineData("ingress: [{ fromEndpoints: [{}] }]")]
    [InlineData("""
        ingress:
          - fromEntities: [cluster]
            toPorts: [{ ports: [{ port: "80", protocol: TCP }], rules: { http: [{ method: GET }] } }]
        """)]
    [InlineData("egress: [{}]")]
    [InlineData("ingress: [{ fromCIDR: [10.0.0.0/8] }]")]
    public void Inbound_RulesThatDoNotTellThemApart_AreAsWithoutAChange(string policy)
    {
        var scene = Scene.With(policy);

        Assert.Equal(scene.Inbound(), Inbound(scene));
    }

    [Fact]
    public void Inbound_InsideOfWhatIsOpenForOneOfThem_IsClosed()
    {
        var listener = Inbound(Scene.With("""
            ingress: [{ fromEntities: [all] }]
            ingressDeny: [{ fromEndpoints: [{ matchLabels: { class: tiefighter } }] }]
            """));

        Assert.Contains(Address, Peers(listener, "inbound/closed"));
    }

    [Fact]
    public void Outbound_RuleForTheNewOwner_DoesNotName()
    {
        var scene = new Scene().And("deathstar", "egress: [{ toEndpoints: [{ matchLabels: { class: xwing } }] }]");
        var outbound = SidecarResources.Create(
            Between(scene), scene.Workload("deathstar"), new SidecarOptions()).Listener("outbound");

        Assert.Equal(
            ["fd00::3"], outbound.Chain("outbound/tcp").FilterChainMatch.PrefixRanges.Select(r => r.AddressPrefix));
    }

    [Fact]
    public void GrpcClient_ThatMayCallOneOfThem_DoesNotLearnTheAddress()
    {
        var scene = new Scene().And("deathstar", "egress: [{ toEndpoints: [{ matchLabels: { class: xwing } }] }]");
        scene.Workloads[2] = scene.Workloads[2] with { Ports = scene.Workloads[0].Ports };

        Assert.Equal([Address, "fd00::3"], Endpoints(scene.View));
        Assert.Equal(["fd00::3"], Endpoints(Between(scene)));

        IEnumerable<string> Endpoints(PolicyView view) => ProxylessResources.Create(
            view, scene.Workload("deathstar"), new ProxylessOptions()).Messages.OfType<ClusterLoadAssignment>()
            .Single(e => e.ClusterName == "xwing:grpc").Endpoints.SelectMany(e => e.LbEndpoints)
            .Select(e => e.Endpoint.Address.SocketAddress.Address);
    }
}
