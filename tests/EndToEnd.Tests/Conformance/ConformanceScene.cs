using System.Net;
using System.Text.Json;
using Jumpgate.Agent.Admin;
using Jumpgate.Agent.Explain;
using Jumpgate.Agent.Policies;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Policy.Documents;
using Jumpgate.Policy.Workloads;
using Jumpgate.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Jumpgate.EndToEnd.Tests.Conformance;

/// <summary>
/// One agent with the rules of every case, each set of rules on a port of its own, servers on all of these ports, and
/// an explainer that was given the very same files.
/// </summary>
public class ConformanceScene : IAsyncLifetime, IDisposable
{
    private const int FirstPort = 3000;
    private const string Audit = "# audit";
    private const string Egress = "# egress";
    private const string InAudit = "jumpgate.dev/audit: \"true\"";
    private const string PolicyFile = "p0.yaml";
    private readonly TempDirectory _secrets = new();
    private readonly Dictionary<(string To, string Rules, bool IsHttp2), int> _ports = [];
    private readonly Dictionary<string, RecordingServer> _servers = [];
    private readonly Dictionary<int, Http2Server> _http2 = [];
    private Scene? _scene;
    private PolicyExplainer? _explainer;

    /// <summary>What joined sockets may do: off, short-circuit or policy.</summary>
    protected virtual string LaneMode => "off";

    internal static IReadOnlyDictionary<string, ConformanceCase> Cases { get; } =
        HttpCases.All.ToDictionary(c => c.Name, StringComparer.Ordinal);

    public async Task InitializeAsync()
    {
        foreach (var conformanceCase in Cases.Values.Concat(HttpCases.Http2))
        {
            // Every second one: the port beside it is the closed one.
            _ports.TryAdd(Key(conformanceCase), FirstPort + (2 * _ports.Count));
        }

        Directory.CreateDirectory(_secrets.File("default/token"));
        _secrets.Write("default/token/key", HttpCases.Secret + "\n");
        var policy = string.Join("\n---\n", _ports.Select(p => Documents(p.Key.To, p.Key.Rules, p.Value)));
        _scene = Scene.Prepare(policy);
        _scene.MoreAgentOptions = ["--secrets", _secrets.Path, "--lanes", LaneMode];
        await _scene.StartAgentAsync();
        var problems = (await _scene.ReadStatusAsync()).Problems;
        Assert.True(problems.Count == 0, string.Join('\n', problems));
        foreach (var ((to, _, _), port) in _ports.Where(p => p.Key.IsHttp2))
        {
            _http2[port] = await Http2Server.StartAsync(_scene.Lab[to].Namespace, port);
        }

        foreach (var workload in Cases.Values.Select(c => c.To).Distinct())
        {
            var ports = _ports.Where(p => p.Key.To == workload && !p.Key.IsHttp2).Select(p => p.Value);
            _servers[workload] =
                new RecordingServer(_scene.InNamespace(workload), ports.SelectMany(p => new[] { p, p + 1 }));
        }

        var documents = PolicySet.Combine([PolicyReader.Read(PolicyFile, policy)]);
        var workloads = WorkloadFileReader.Read("w.yaml", await File.ReadAllTextAsync(_scene.WorkloadsFile)).Workloads;
        _explainer = new PolicyExplainer(
            workloads, documents.Documents, new SecretFiles(_secrets.Path, NullLogger.Instance));
    }

    public async Task DisposeAsync()
    {
        foreach (var server in _http2.Values)
        {
            await server.DisposeAsync();
        }

        foreach (var server in _servers.Values)
        {
            server.Dispose();
        }

        if (_scene is not null)
        {
            await _scene.DisposeAsync();
        }
    }

    public void Dispose()
    {
        _secrets.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Requests that the kernel decided in lanes.</summary>
    internal Task<LaneListReport> ReadLanesAsync() => _scene!.ReadLanesAsync();

    internal int Port(ConformanceCase conformanceCase) => _ports[Key(conformanceCase)] + conformanceCase.PortOffset;

    /// <summary>The header lines with the port filled in.</summary>
    internal string Headers(ConformanceCase conformanceCase) => Fill(conformanceCase.Headers, Port(conformanceCase));

    internal string Request(ConformanceCase conformanceCase) => Fill(conformanceCase.Request, Port(conformanceCase));

    internal ExplainAnswer Explain(ConformanceCase conformanceCase)
    {
        var headers = Headers(conformanceCase);
        var question = new ExplainQuestion
        {
            From = conformanceCase.From,
            To = conformanceCase.To,
            Port = (ushort)Port(conformanceCase),
            Request = Request(conformanceCase),
            IsHttp2 = conformanceCase.IsHttp2,
            Headers = headers.Length == 0 ? [] : headers.Split("\r\n"),
        };
        return _explainer!.TryAnswer(question, out var error) ?? throw new InvalidOperationException(error);
    }

    internal async Task<RawClient> ConnectAsync(ConformanceCase conformanceCase)
    {
        var client = await RawClient.ConnectAsync(_scene!.InNamespace(conformanceCase.From), Address(conformanceCase));
        _servers[conformanceCase.To].Forget(client.Address);
        return client;
    }

    internal Task<bool> CanConnectAsync(ConformanceCase conformanceCase) =>
        _scene!.CanConnectAsync(conformanceCase.From, Address(conformanceCase));

    /// <summary>The heads that the server saw from this client.</summary>
    internal IReadOnlyList<string> Seen(ConformanceCase conformanceCase, EndPoint client) =>
        _servers[conformanceCase.To].From(client);

    internal Http2Server Http2(ConformanceCase conformanceCase) => _http2[Port(conformanceCase)];

    internal Http2Client CreateHttp2Client(ConformanceCase conformanceCase) =>
        new(_scene!.InNamespace(conformanceCase.From), Address(conformanceCase));

    internal static string Fill(string text, int port) => text
        .Replace("PORT", $"{port}", StringComparison.Ordinal).Replace("NEXT", $"{port + 1}", StringComparison.Ordinal);

    internal IPEndPoint Address(ConformanceCase conformanceCase) =>
        new(_scene!.Lab[conformanceCase.To].Address(false), Port(conformanceCase));

    private static (string To, string Rules, bool IsHttp2) Key(ConformanceCase conformanceCase) =>
        (conformanceCase.To, conformanceCase.Rules, conformanceCase.IsHttp2);

    private static string Documents(string to, string rules, int port)
    {
        var specs = rules.StartsWith('[') ? [ForEmpire(rules)] : rules.Split("---\n");
        return string.Join("\n---\n", specs.Select((spec, i) => $$"""
            apiVersion: cilium.io/v2
            kind: CiliumNetworkPolicy
            metadata: { name: case-{{port}}-{{i}}, namespace: default, annotations: { {{Annotations(spec)}} } }
            spec:
              endpointSelector: {{Selector(spec.StartsWith(Egress, StringComparison.Ordinal) ? "server" : to)}}
            {{Indent(Fill(spec, port))}}
            """));
    }

    private static string Annotations(string spec) => spec.StartsWith(Audit, StringComparison.Ordinal) ? InAudit : "";

    private static string Selector(string workload) => workload switch
    {
        "server" => "{ matchLabels: { class: server } }",
        "stranger" => "{ matchLabels: { org: alliance } }",
        _ => "{ matchExpressions: [ { key: class, operator: DoesNotExist }, { key: org, operator: In, values: [empire] } ] }",
    };

    private static string ForEmpire(string http) => $$"""
        ingress:
          - fromEndpoints: [ { matchLabels: { org: empire } } ]
            toPorts:
              - ports: [ { port: "PORT", protocol: TCP } ]
                rules: { http: {{http}} }
        """;

    private static string Indent(string text) => string.Join('\n', text.TrimEnd().Split('\n').Select(l => "  " + l));
}
