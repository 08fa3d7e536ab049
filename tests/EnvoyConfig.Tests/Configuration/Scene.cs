using System.Collections.Immutable;
using System.Net;
using Envoy.Config.Listener.V3;
using Envoy.Config.Route.V3;
using Envoy.Extensions.Filters.Http.Rbac.V3;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Jumpgate.EnvoyConfig.Policies;
using Jumpgate.EnvoyConfig.Proxyless;
using Jumpgate.EnvoyConfig.Rbac;
using Jumpgate.EnvoyConfig.Sidecar;
using Jumpgate.Policy;
using Jumpgate.Policy.Documents;
using Jumpgate.Policy.Http;
using Jumpgate.Policy.Identities;
using Jumpgate.Policy.Labels;
using Jumpgate.Policy.Snapshots;

namespace Jumpgate.EnvoyConfig.Tests.Configuration;

/// <summary>
/// The three parties of the demo, and policies in the words operators use: a list of <c>ingress</c> (and other
/// sections) for the deathstar, or whole documents.
/// </summary>
internal sealed class Scene : ISecretSource
{
    private readonly List<PolicyDocument> _documents = [];
    private PolicyView? _view;

    public List<Workload> Workloads { get; } =
    [
        New("deathstar", "org=empire class=deathstar", "10.0.0.1 fd00::1", ("web", 80), ("grpc", 50051)),
        New("tiefighter", "org=empire class=tiefighter", "10.0.0.2 fd00::2"),
        New("xwing", "org=alliance class=xwing", "10.0.0.3 fd00::3"),
    ];

    public PolicyView View => _view ??= new PolicyView(PolicySnapshot.Create(
        1, Workloads, _documents, [IPAddress.Parse("192.0.2.1")], new IdentityAllocator(), this));

    /// <summary>A document about the deathstar.</summary>
    public static Scene With(string sections, string annotations = "{}") =>
        new Scene().And("deathstar", sections, annotations);

    public Scene And(string workload, string sections, string annotations = "{}")
    {
        var text = $$"""
            apiVersion: cilium.io/v2
            kind: CiliumNetworkPolicy
            metadata: { name: rules-{{_documents.Count}}, annotations: {{annotations}} }
            spec:
              endpointSelector: { matchLabels: { class: {{workload}} } }
            {{sections.ReplaceLineEndings("\n").Replace("\n", "\n  ").Insert(0, "  ")}}
            """;
        var read = PolicyReader.Read("rules.yaml", text);
        Assert.DoesNotContain(read.Diagnostics, d => d.Severity == PolicySeverity.Error);
        _documents.AddRange(read.Documents);
        return this;
    }

    public Workload Workload(string name) => Workloads.Single(w => w.Name == name);

    public DirectionView Ingress(string name = "deathstar") => View.Of(Workload(name), TrafficDirection.Ingress);

    public DirectionView Egress(string name = "deathstar") => View.Of(Workload(name), TrafficDirection.Egress);

    public NodeResources Sidecar(string name = "deathstar", SidecarOptions? options = null) =>
        SidecarResources.Create(View, Workload(name), options ?? new SidecarOptions());

    public Listener Inbound(SidecarOptions? options = null) => Sidecar(options: options).Listener("inbound");

    public string? TryRead(SecretReference secret) => "hush";

    private static Workload New(
        string name, string labels, string addresses, params (string Name, ushort Port)[] ports) => new()
        {
            Name = name,
            Labels = new LabelSet(
            labels.Split(' ').Select(l => l.Split('=')).Select(l => new Label(Label.Unspecified, l[0], l[1]))),
            Addresses = [.. addresses.Split(' ').Select(IPAddress.Parse)],
            Ports = ports.ToImmutableDictionary(p => p.Name, p => p.Port),
        };
}

/// <summary>Finds things in resources.</summary>
internal static class Finding
{
    public static Listener Listener(this NodeResources resources, string name) =>
        resources.Messages.OfType<Listener>().Single(l => l.Name == name);

    public static RouteConfiguration Route(this NodeResources resources, string name) =>
        resources.Messages.OfType<RouteConfiguration>().Single(l => l.Name == name);

    public static FilterChain Chain(this Listener listener, string name) =>
        listener.FilterChains.Single(c => c.Name == name);

    public static IEnumerable<string> Names(this Listener listener) =>
        listener.FilterChains.Select(c => c.Name).Order(StringComparer.Ordinal);

    public static T Filter<T>(this FilterChain chain, string name)
        where T : IMessage<T>, new() => chain.Filters.Single(f => f.Name == name).TypedConfig.Unpack<T>();

    public static RBACPerRoute Rules(this RouteConfiguration route) => route.VirtualHosts.Single().Routes.Single()
        .TypedPerFilterConfig["envoy.filters.http.rbac"].Unpack<RBACPerRoute>();
}
