using System.Collections.Immutable;
using System.Net;
using Envoy.Config.Cluster.V3;
using Envoy.Config.Listener.V3;
using Envoy.Config.Route.V3;
using Jumpgate.Agent.Explain;
using Jumpgate.EnvoyConfig.Nodes;
using Jumpgate.EnvoyConfig.Policies;
using Jumpgate.EnvoyConfig.Sidecar;
using Jumpgate.Policy;
using Jumpgate.Policy.Documents;
using Jumpgate.Policy.Http;
using Jumpgate.Policy.Identities;
using Jumpgate.Policy.Labels;
using Jumpgate.Policy.Snapshots;
using Jumpgate.Policy.Workloads;

namespace Jumpgate.EnvoyConfig.Tests.Evaluation;

/// <summary>
/// Three workloads with a sidecar each, under one set of policies: asked what becomes of a request, and so is explain.
/// </summary>
internal sealed class World
{
    /// <summary>Where explain puts the host.</summary>
    private static readonly IPAddress Host = IPAddress.Parse("100::1");

    private static readonly ImmutableArray<(string Name, string App, string Address, ImmutableDictionary<string,
        ushort> Ports)> Parties =
    [
        ("alpha", "a", "10.1.0.1", Named(("web", 8080), ("grpc", 9090))),
        ("beta", "b", "10.1.0.2", Named(("web", 80))),
        ("gamma", "c", "fd00::3", Named(("grpc", 8081))),
    ];

    private readonly PolicyExplainer _explainer;
    private readonly Dictionary<string,
        (NodeConfiguration Node, EnvoyListener Inbound, EnvoyListener Outbound)> _sidecars = [];
    private readonly IReadOnlyDictionary<string, string> _ids;

    /// <param name="ids">SPIFFE IDs of parties that have one; their certificates come from SDS.</param>
    /// <param name="detection">Of all parties' sidecars.</param>
    public World(string yaml, IReadOnlyDictionary<string, string>? ids = null, ProtocolDetection? detection = null)
    {
        _ids = ids ?? new Dictionary<string, string>();
        var documents = Read(yaml);
        _explainer = new PolicyExplainer(
            Parties.Select(p => new WorkloadDefinition
            {
                Location = new SourceLocation("workloads.yaml", 1),
                Name = p.Name,
                Labels = LabelsOf(p.App),
                Addresses = [IPAddress.Parse(p.Address)],
                Ports = p.Ports,
            }),
            documents, new NoSecrets());
        var view = CreateView(documents, ids, detection);
        foreach (var workload in view.Snapshot.Workloads)
        {
            var node = Node(view, workload.Name, NodeProfile.Sidecar);
            var routes = node.Messages.OfType<RouteConfiguration>().ToDictionary(r => r.Name);
            var listeners = node.Messages.OfType<Listener>()
                .Select(l => (l.Name, Listener: new EnvoyListener(l, routes.GetValueOrDefault)))
                .ToDictionary(l => l.Name, l => l.Listener);
            _sidecars.Add(workload.Name, (node, listeners["inbound"], listeners["outbound"]));
        }
    }

    /// <summary>Rules that Envoy does not get, and denies instead, at the sidecars of these parties.</summary>
    public IEnumerable<string> Refusals(params string[] parties) =>
        parties.Where(_sidecars.ContainsKey).SelectMany(p => _sidecars[p].Node.Refusals).Select(r => r.ToString());

    /// <summary>The sender's sidecar, if it has one, and the receiver's.</summary>
    /// <param name="first">What the client seems to be to who inspects it; null: what it is.</param>
    public IEnumerable<EnvoyVerdict> AskEnvoy(Question question, FirstBytes? first = null)
    {
        var connection = ConnectionOf(question) with { First = first ?? FirstBytes.Of(question.Request) };
        Func<Certificate, bool>? trusts = null;
        if (_sidecars.TryGetValue(question.From, out var from))
        {
            var verdict = from.Outbound.Judge(connection, question.Request);
            yield return verdict;
            if (verdict.Cluster is { } name
                && TransportSecurity.Connect(
                    from.Node.Messages.OfType<Cluster>().Single(c => c.Name == name)) is { } tls)
            {
                (connection, trusts) = (connection with { Tls = tls.Client }, tls.Trusts);
            }
        }

        if (_sidecars.TryGetValue(question.To, out var to))
        {
            yield return trusts is not null && !(to.Inbound.CertificateFor(connection) is { } shown && trusts(shown))
                ? new EnvoyVerdict(EnvoyOutcome.Closed, "the sender's side of the handshake")
                : to.Inbound.Judge(connection, question.Request);
        }
        else if (trusts is not null)
        {
            throw new NotModelledException($"TLS to {question.To}, which has none");
        }
    }

    /// <summary>
    /// The receiver's sidecar alone, asked by somebody at the sender's address who comes as he likes.
    /// </summary>
    public EnvoyVerdict AskReceiver(Question question, TlsClient? tls, FirstBytes? first = null)
    {
        return _sidecars[question.To].Inbound.Judge(
            ConnectionOf(question) with { Tls = tls, First = first ?? FirstBytes.Of(question.Request) },
            question.Request);
    }

    private static DownstreamConnection ConnectionOf(Question question) => new(
        new IPEndPoint(AddressOf(question.From), 40000), new IPEndPoint(AddressOf(question.To), question.Port));

    /// <summary>Both ends have an ID.</summary>
    public bool IsTls(Question question) =>
        question.From != question.To && _ids.ContainsKey(question.From) && _ids.ContainsKey(question.To);

    public ExplainAnswer AskProxy(Question question) => _explainer.TryAnswer(
        new ExplainQuestion
        {
            From = question.From,
            To = question.To,
            Port = question.Port,
            Request = question.Request is { } request ? $"{request.Method} {request.Target}" : null,
            IsHttp2 = question.Request?.IsHttp2 == true,
            Headers = question.Request is { } sent
                ? [$"Host: {sent.Host}", .. sent.Headers.Select(h => $"{h.Name}: {h.Value}")] : [],
        },
        out var error) ?? throw new ArgumentException(error, nameof(question));

    public static IPAddress AddressOf(string party) => party == "host" ? Host
        : IPAddress.Parse(Parties.FirstOrDefault(p => p.Name == party).Address ?? party);

    public static PolicyView CreateView(
        ImmutableArray<PolicyDocument> documents, IReadOnlyDictionary<string, string>? ids = null,
        ProtocolDetection? detection = null) => new(PolicySnapshot.Create(
        1,
        Parties.Select(p => new Workload
        {
            Name = p.Name,
            Labels = LabelsOf(p.App),
            Addresses = [IPAddress.Parse(p.Address)],
            Ports = p.Ports,
            Tls = ids?.GetValueOrDefault(p.Name) is { } id ? TlsOf(id) : null,
            Detection = detection,
        }),
        documents, [Host], new IdentityAllocator(), new NoSecrets()));

    public static ImmutableArray<PolicyDocument> Read(string yaml)
    {
        var set = PolicySet.Combine([PolicyReader.Read("policy.yaml", yaml)]);
        return set.HasErrors
            ? throw new ArgumentException(
            $"{string.Join('\n', set.Diagnostics)}\n{yaml}", nameof(yaml)) : set.Documents;
    }

    /// <summary>What is judged is what would be published.</summary>
    public static NodeConfiguration Node(PolicyView view, string workload, NodeProfile profile) =>
        NodeConfiguration.TryCreate(
            view, new NodeKey(workload, profile), new SidecarOptions(), out var configuration, out var errors)
            ? configuration : throw new InvalidOperationException(string.Join('\n', errors));

    private static WorkloadTls TlsOf(string id) => SpiffeId.TryParse(id, out var parsed, out var problem)
        ? new WorkloadTls(
            parsed, "/run/spire/agent.sock",
            new CertificateFiles("/certs/tls.crt", "/certs/tls.key", "/certs/ca.crt")) : throw new ArgumentException(
            problem, nameof(id));

    private static LabelSet LabelsOf(string app) =>
        new([new Label(Label.Unspecified, "app", app), .. app == "c"
            ? (Label[])[] : [new Label(Label.Unspecified, "tier", "x")]]);

    private static ImmutableDictionary<string, ushort> Named(params (string Name, ushort Port)[] ports) =>
        ports.ToImmutableDictionary(p => p.Name, p => p.Port);

    private sealed class NoSecrets : ISecretSource
    {
        public string? TryRead(SecretReference secret) => null;
    }
}
