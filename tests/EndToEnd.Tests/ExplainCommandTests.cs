using System.Text.Json;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests;

/// <summary><c>jumpgate policy explain</c> as one types it: its words, its JSON, its exit codes.</summary>
public sealed class ExplainCommandTests : IDisposable
{
    private const string Workloads = """
        workloads:
          - { name: server, labels: { class: server }, netns: a, addresses: [10.0.0.1] }
          - { name: client, labels: { class: client }, netns: b }
        """;

    private const string Policy = """
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: { name: server }
        spec:
          endpointSelector: { matchLabels: { class: server } }
          ingress:
            - toPorts:
                - ports: [ { port: "80", protocol: TCP } ]
                  rules: { http: [ { method: POST, path: /pkg.Echo/Say, host: a.b } ] }
        """;

    private readonly TempDirectory _directory = new();

    public ExplainCommandTests()
    {
        _directory.Write("w.yaml", Workloads);
        _directory.Write("p.yaml", Policy);
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Explain_DeniedGrpc_SaysTheStatusTheClientSees_AndWarnsAsValidateDoes()
    {
        var (code, output, error) = Explain(
            "--http", "2", "--request", "POST /pkg.Echo/Other", "--header", "Content-Type: application/grpc");

        Assert.Equal(1, code);
        Assert.StartsWith("DENIED: no HTTP rule allows POST /pkg.Echo/Other\n", output, StringComparison.Ordinal);
        Assert.Contains(
            "\n  client   sees grpc-status 7 (PERMISSION_DENIED), HTTP status 200\n", output, StringComparison.Ordinal);
        var validated = Run("policy", "validate", _directory.File("p.yaml")).Output.Split('\n')[0];
        Assert.Contains(": warning: ", validated, StringComparison.Ordinal);
        Assert.Equal(validated + "\n", error);
    }

    [Fact]
    public void Explain_Json_HoldsTheWarnings()
    {
        var (code, output, error) =
            Explain("--http", "2", "--request", "POST /pkg.Echo/Say", "--header", "Host: a.b", "--json");

        Assert.Equal((0, ""), (code, error));
        using var answer = JsonDocument.Parse(output);
        Assert.Equal("ALLOWED", answer.RootElement.GetProperty("verdict").GetString());
        var warning = Assert.Single(answer.RootElement.GetProperty("warnings").EnumerateArray()).GetString();
        Assert.Contains(": warning: ", warning, StringComparison.Ordinal);
    }

    [Fact]
    public void Explain_HeaderThatIsNone_IsAnErrorOfUse()
    {
        var (code, output, error) = Explain("--http", "2", "--request", "GET /", "--header", "nothing");

        Assert.Equal((2, ""), (code, output));
        Assert.Equal("jumpgate: --header 'nothing' is not 'Name: value'\n", error);
    }

    private (int Code, string Output, string Error) Explain(params string[] arguments) => Run([
        "policy", "explain", "--workloads", _directory.File("w.yaml"), "--policies", _directory.File("p.yaml"),
        "--from", "client", "--to", "server", "--port", "80", .. arguments,
    ]);

    private static (int Code, string Output, string Error) Run(params string[] arguments) => Command.TryRun(
        null, "env", ["DOTNET_EnableDiagnostics=0", "dotnet", Product.Command, .. arguments]);
}
