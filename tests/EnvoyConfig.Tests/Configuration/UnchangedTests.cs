using System.Net;
using Envoy.Config.Listener.V3;
using Google.Protobuf;
using Jumpgate.EnvoyConfig.Proxyless;
using Jumpgate.EnvoyConfig.Sidecar;
using Jumpgate.Policy.Labels;
using Jumpgate.Policy.Snapshots;
using Jumpgate.Policy.Workloads;

namespace Jumpgate.EnvoyConfig.Tests.Configuration;

/// <summary>
/// Envoy keeps the connections of a filter chain whose message is the same in a listener that is otherwise the same,
/// and drains all others. What changes nothing for a connection must not change its chain.
/// </summary>
public class UnchangedTests
{
    private const string Ingress = """
        ingress:
          - fromEndpoints: [{ matchLabels: { org: empire } }]
            toPorts: [{ ports: [{ port: "5432", protocol: TCP }] }]
          - fromEndpoints: [{ matchLabels: { org: empire } }]
            toPorts: [{ ports: [{ port: "50051", protocol: TCP }], rules: { http: [{ path: /a }, { path: /b }] } }]
        """;

    private const string Deny = """
        ingressDeny:
          - fromCIDR: [203.0.113.0/24]
        """;

    private const string Everybody = "ingress: [{ fromEntities: [all] }]";

    private const string MoreHttp = """
          - fromEndpoints: [{ matchLabels: { org: empire } }]
            toPorts: [{ ports: [{ port: "8080", protocol: TCP }], rules: { http: [{ method: GET }] } }]
        """;

    private const string EveryPortAndHttp = $"""
        ingress:
          - fromEntities: [all]
        {MoreHttp}
        """;

    private static byte[] Bytes(Listener listener) => listener.ToByteArray();

    private static Scene Detecting(Scene scene)
    {
        for (var i = 0; i < scene.Workloads.Count; i++)
        {
            scene.Workloads[i] = scene.Workloads[i] with { Detection = new ProtocolDetection([25]) };
        }

        return scene;
    }

    /// <summary>All of a listener but its filter chains: what must be the same for Envoy to keep any.</summary>
    private static Listener WithoutChains(Listener listener)
    {
        var rest = listener.Clone();
        rest.FilterChains.Clear();
        return rest;
    }

    [Fact]
    public void Listeners_RulesThatMoveToOtherLines_AreTheSameBytes()
    {
        const string all = $"{Ingress}\n{Deny}";
        var before = Scene.With(all).Sidecar();
        var after = Scene.With($"# Who may come, and why.\n\n{all}").Sidecar();

        Assert.Equal(Bytes(before.Listener("inbound")), Bytes(after.Listener("inbound")));
        Assert.Equal(Bytes(before.Listener("outbound")), Bytes(after.Listener("outbound")));
        // Routes change in place: they say where the rule is.
        Assert.NotEqual(before.Route("inbound/50051"), after.Route("inbound/50051"));
    }

    [Fact]
    public void GrpcServerListeners_RulesThatMoveToOtherLines_AreTheSameBytes()
    {
        var before = Server(Scene.With(Ingress));
        var after = Server(Scene.With($"# Who may call.\n{Ingress}"));

        Assert.Equal(Bytes(before), Bytes(after));

        static Listener Server(Scene scene) => ProxylessResources.Create(
            scene.View, scene.Workload("deathstar"), new ProxylessOptions()).Messages.OfType<Listener>()
            .Single(l => l.Name.EndsWith("=10.0.0.1:50051", StringComparison.Ordinal));
    }

    [Fact]
    public void Chain_RuleForAnotherPort_IsTheSame()
    {
        var before = Scene.With(Ingress).Inbound();
        var after = Scene.With(Ingress.Replace("ingress:", $$"""
            ingress:
              - fromEndpoints: [{ matchLabels: { org: empire } }]
                toPorts: [{ ports: [{ port: "6379", protocol: TCP }] }]
            """, StringComparison.Ordinal)).Inbound();

        Assert.Contains("inbound/6379/tcp", after.Names());
        Assert.Equal(before.Chain("inbound/5432/tcp"), after.Chain("inbound/5432/tcp"));
        Assert.Equal(before.Chain("inbound/50051/http"), after.Chain("inbound/50051/http"));
        Assert.Equal(WithoutChains(before), WithoutChains(after));
    }

    [Fact]
    public void Chain_PortsThatGetTheSameRule_IsTheSame()
    {
        var before = Scene.With(Ingress).Inbound();
        var after = Scene.With(Ingress.Replace(
            """{ port: "5432", protocol: TCP }""",
            """{ port: "5432", protocol: TCP }, { port: "6379", protocol: TCP }""",
            StringComparison.Ordinal)).Inbound();

        Assert.Contains("inbound/6379/tcp", after.Names());
        Assert.Equal(before.Chain("inbound/5432/tcp"), after.Chain("inbound/5432/tcp"));
    }

    [Fact]
    public void ChainOfAllOtherPorts_PortThatGetsHttpRules_IsTheSame()
    {
        var after = Scene.With(EveryPortAndHttp.Replace(
            "fromEntities: [all]",
            """
            fromEntities: [all]
                toPorts: [{ ports: [{ port: "1", endPort: 8079 }, { port: "8081", endPort: 65535 }] }]
            """,
            StringComparison.Ordinal)).Inbound();

        Assert.Contains("inbound/8080/http", after.Names());
        Assert.Equal(Scene.With(Everybody).Inbound().Chain("inbound/tcp"), after.Chain("inbound/tcp"));
    }

    [Fact]
    public void Detection_PortThatGetsHttpRules_LeavesTheListenerAndOtherChains()
    {
        var before = Detecting(Scene.With(Ingress)).Inbound();
        var after = Detecting(Scene.With($"{Ingress}\n{MoreHttp}")).Inbound();
        var closed = Detecting(Scene.With("ingress: [{}]")).Inbound();

        Assert.Equal(WithoutChains(before), WithoutChains(after));
        Assert.Equal(WithoutChains(before), WithoutChains(closed));
        Assert.All(before.FilterChains, c => Assert.Equal(c, after.Chain(c.Name)));
    }

    /// <summary>
    /// What does drain, as docs/envoy.md lists it: whoever is named by address is named in the chain.
    /// </summary>
    [Fact]
    public void Chain_ReplicaThatRulesName_IsAnotherOneButOfNoOtherRule()
    {
        var before = Scene.With($"{Ingress}\n{Deny}").And("deathstar", Tie);
        var after = Scene.With($"{Ingress}\n{Deny}").And("deathstar", Tie);
        after.Workloads.Add(new Workload
        {
            Name = "shuttle",
            Labels = new LabelSet([new Label(Label.Unspecified, "org", "empire")]),
            Addresses = [IPAddress.Parse("10.0.0.9")],
        });

        Assert.NotEqual(before.Inbound().Chain("inbound/5432/tcp"), after.Inbound().Chain("inbound/5432/tcp"));
        Assert.Equal(before.Inbound().Chain("inbound/6000/tcp"), after.Inbound().Chain("inbound/6000/tcp"));
        Assert.Equal(WithoutChains(before.Inbound()), WithoutChains(after.Inbound()));
    }

    private const string Tie = """
        ingress:
          - fromEndpoints: [{ matchLabels: { class: tiefighter } }]
            toPorts: [{ ports: [{ port: "6000", protocol: TCP }] }]
        """;
}
