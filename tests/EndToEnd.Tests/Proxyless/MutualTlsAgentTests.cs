using Jumpgate.Agent.Tests.ControlPlane.Proxyless;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Proxyless;

/// <summary>
/// Two workloads with SPIFFE IDs in the agent's workloads file: gRPC applications (C-core) in their namespaces speak
/// mutual TLS through the node, whose kernel enforces addresses and ports meanwhile.
/// </summary>
[Collection("kernel")]
public sealed class MutualTlsAgentTests
{
    private const string Mesh = "spiffe://example.org/ns/empire/sa/";

    [Fact]
    public async Task Workloads_WithSpiffeIds_SpeakMutualTls_AndFollowTheFile()
    {
        using var certificates = new SpiffeCertificates();
        certificates.Write("server", Mesh + "server");
        certificates.Write("client", Mesh + "client");
        var workloads = new Dictionary<string, string>
        {
            ["server"] = $"labels: {{ org: empire, class: server }}, ports: {{ web: 80 }}, spiffe: {Mesh}server",
            ["client"] = $"labels: {{ org: empire }}, spiffe: {Mesh}client",
        };
        await using var scene = Scene.Prepare(workloads, Policies.Server(Policies.FromEmpireTcp80));
        var at = $"{certificates.Folder}/";
        await File.AppendAllTextAsync(
            scene.WorkloadsFile,
            $"\nmtls: {{ files: {{ certificate: '{at}{{name}}.pem', key: '{at}{{name}}.key', ca: '{at}ca.pem' }} }}\n");
        scene.MoreAgentOptions = [.. scene.MoreAgentOptions, "--xds-listen", "0.0.0.0:18000", "--xds-plaintext"];
        await scene.StartAgentAsync();
        await using var server = Start(scene, "server", "xds_server.py", "0.0.0.0:80");
        await using var client = Start(scene, "client", "tls_client.py");
        await using var plain = scene.Lab.Start("client", "/usr/bin/python3", [Script("plain_client.py")]);

        await Wait.UntilAsync(
            async () => await AskAsync(client, "xds:///server /empire.Deathstar/Land") == "OK ship", Wait.Patience,
            "the client is let in",
            () => server.Captured() + client.Captured());
        Assert.StartsWith(
            "1 UNAVAILABLE", await AskAsync(plain, $"1 {scene.Lab["server"].IPv4}:80 /empire.Deathstar/Land"),
            StringComparison.Ordinal);

        // The same application at the same address: what was its name is somebody else's now.
        await File.WriteAllTextAsync(
            scene.WorkloadsFile,
            (await File.ReadAllTextAsync(scene.WorkloadsFile))
            .Replace(Mesh + "client", Mesh + "other", StringComparison.Ordinal));
        await Wait.UntilAsync(
            async () => (await AskAsync(client, "xds:///server /empire.Deathstar/Land"))
            .StartsWith("PERMISSION_DENIED", StringComparison.Ordinal),
            Wait.Patience, "the client is refused", () => server.Captured() + client.Captured());
    }

    private static string Script(string name) => Path.Combine(AppContext.BaseDirectory, "Proxyless", name);

    private static NetnsProcess Start(Scene scene, string workload, string script, params string[] arguments)
    {
        var (code, bootstrap) = scene.Jumpgate(
            "envoy", "bootstrap", "--profile", "grpc", "--node", workload, "--xds",
            $"{scene.Lab[workload].GatewayIPv4}:18000", "--plaintext",
            "--workloads", scene.WorkloadsFile);
        Assert.True(code == 0, bootstrap);
        return scene.Lab.Start(
            workload, "/usr/bin/python3", [Script(script), .. arguments],
            new Dictionary<string,
            string>
            { ["GRPC_XDS_BOOTSTRAP_CONFIG"] = bootstrap, ["GRPC_XDS_EXPERIMENTAL_RBAC"] = "true" });
    }

    private static async Task<string> AskAsync(NetnsProcess client, string call)
    {
        var before = Lines(client).Length;
        client.WriteLine(call);
        await Wait.UntilAsync(() => Lines(client).Length > before, Wait.Patience, "the client's answer", client.Captured);
        return Lines(client)[before];
    }

    /// <summary>Whole ones.</summary>
    private static string[] Lines(NetnsProcess client) => client.Output.Split('\n')[..^1];
}
