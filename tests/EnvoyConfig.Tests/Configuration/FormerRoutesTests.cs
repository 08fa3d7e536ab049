using Jumpgate.EnvoyConfig.Nodes;
using Jumpgate.EnvoyConfig.Sidecar;
using Jumpgate.Policy.Workloads;

namespace Jumpgate.EnvoyConfig.Tests.Configuration;

/// <summary>
/// Connections of a filter chain that is gone are judged by its route until they have drained, and Envoy never takes a
/// route away.
/// </summary>
public class FormerRoutesTests
{
    private static readonly string[] Former = ["inbound/80", "outbound/80"];

    private static string? Rules(Scene scene, string name, SidecarOptions? options = null)
    {
        var made = SidecarResources.Create(
            scene.View, scene.Workload("deathstar"), options ?? new SidecarOptions(), Former);
        return made.Route(name).Rules().Rbac.Rules?.ToString();
    }

    [Fact]
    public void Route_OfAPortThatIsClosed_AllowsNobody() =>
        Assert.DoesNotContain("policies", Rules(Scene.With("ingress: [{}]"), "inbound/80"));

    [Fact]
    public void Route_OfAPortThatEverybodyIsDeniedAt_AllowsNobody() => Assert.DoesNotContain(
        "policies", Rules(Scene.With("ingressDeny: [{ fromEntities: [all] }]"), "inbound/80"));

    [Fact]
    public void Route_OfAPortThatHasKafkaRules_AllowsNobody() => Assert.DoesNotContain("policies", Rules(Scene.With("""
        ingress:
          - toPorts: [{ ports: [{ port: "80", protocol: TCP }], rules: { kafka: [{ role: produce }] } }]
        """), "inbound/80"));

    [Fact]
    public void Route_OfAPortThatIsOpenForSome_AllowsThem()
    {
        var rules = Rules(
            Scene.With("ingress: [{ fromEndpoints: [{ matchLabels: { class: xwing } }] }]"), "inbound/80");

        Assert.Contains("10.0.0.3", rules);
        Assert.DoesNotContain("10.0.0.2", rules);
    }

    [Fact]
    public void Route_OfAPortThatIsRefused_AllowsNobody() => Assert.DoesNotContain("policies", Rules(
        Scene.With("""
            ingress:
              - fromEntities: [all]
            ingressDeny:
              - toPorts: [{ ports: [{ port: "8000", endPort: 8010, protocol: TCP }] }]
            """), "inbound/80", new SidecarOptions { MaxPorts = 10 }));

    [Fact]
    public void Route_Outbound_GoesByDestination()
    {
        var rules = Rules(
            new Scene().And("deathstar", "egress: [{ toEndpoints: [{ matchLabels: { class: xwing } }] }]"),
            "outbound/80");

        Assert.Contains("10.0.0.3", rules);
        Assert.DoesNotContain("10.0.0.2", rules);
    }

    [Fact]
    public void TryCreate_RoutesThatNoListenerNeeds_AreThereAndValid()
    {
        const string peer = "outbound/443/spiffe://example.org/gone";
        var scene = Scene.With("ingress: [{}]");
        for (var i = 0; i < scene.Workloads.Count; i++)
        {
            Assert.True(SpiffeId.TryParse($"spiffe://example.org/{scene.Workloads[i].Name}", out var id, out _));
            scene.Workloads[i] = scene.Workloads[i] with { Tls = new WorkloadTls(id, "/run/spire/agent.sock", null) };
        }

        Assert.True(
            NodeConfiguration.TryCreate(
                scene.View, new NodeKey("deathstar", NodeProfile.Sidecar), new SidecarOptions(), out var made,
                out var errors,
                ["inbound/80", "outbound/80/spiffe://example.org/xwing", peer, "nonsense", "inbound/x"]),
            string.Join("; ", errors));
        Assert.Empty(made.Routes);
        Assert.Equal(
            ["inbound/80", peer, "outbound/80/spiffe://example.org/xwing"],
            made.Messages.OfType<Envoy.Config.Route.V3.RouteConfiguration>().Select(r => r.Name)
                .Order(StringComparer.Ordinal));
    }
}
