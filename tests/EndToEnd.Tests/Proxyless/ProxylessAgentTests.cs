using System.Globalization;
using System.Net;
using Envoy.Config.Core.V3;
using Envoy.Data.Accesslog.V3;
using Envoy.Service.Accesslog.V3;
using Google.Protobuf;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;
using SocketAddress = Envoy.Config.Core.V3.SocketAddress;

namespace Jumpgate.EndToEnd.Tests.Proxyless;

/// <summary>
/// A running agent's xDS, and a gRPC server (C-core) that enforces what it gets from there. Calls stay in the server's
/// own namespace, where no program of the node's sees them: who denies is the server itself.
/// </summary>
[Collection("kernel")]
public sealed class ProxylessAgentTests
{
    private const string Unauthorized = "PERMISSION_DENIED Unauthorized RPC rejected";

    private const string Policy = """
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: { name: server }
        spec:
          endpointSelector: { matchLabels: { class: server } }
          ingress:
            - fromEndpoints: [ { matchLabels: { org: empire } } ]
              toPorts:
                - ports: [ { port: web, protocol: TCP } ]
                  rules:
                    http:
                      - { method: POST, path: /empire.Deathstar/Land }
                      - { method: POST, path: /empire.Deathstar/Fire, headers: ["X-Force: true"] }
        """;

    private int _calls;

    [Fact]
    public async Task Server_WithAnAgentsBootstrap_EnforcesItsPolicy_AndFollowsIt()
    {
        await using var scene = Scene.Prepare(Policy);
        scene.MoreAgentOptions = [.. scene.MoreAgentOptions, "--xds-listen", "0.0.0.0:18000", "--xds-plaintext"];
        await scene.StartAgentAsync();
        var node = scene.Lab["server"];
        var (code, bootstrap) = scene.Jumpgate(
            "envoy", "bootstrap", "--profile", "grpc", "--node", "server", "--xds", $"{node.GatewayIPv4}:18000",
            "--plaintext");
        Assert.True(code == 0, bootstrap);
        await using var server = scene.Lab.Start(
            "server", "/usr/bin/python3", [Script("xds_server.py"), "0.0.0.0:80"],
            new Dictionary<string,
            string>
            { ["GRPC_XDS_BOOTSTRAP_CONFIG"] = bootstrap, ["GRPC_XDS_EXPERIMENTAL_RBAC"] = "true" });
        await using var client = scene.Lab.Start("server", "/usr/bin/python3", [Script("plain_client.py")]);
        var empire = $"{node.IPv4}:80"; // From its own address: org=empire.
        var world = "127.0.0.1:80"; // From no workload's, the host's to the agent.

        await Wait.UntilAsync(async () => await CallAsync(client, empire, "Land") == "OK", Wait.Patience,
            "the server serves", server.Captured);
        Assert.Equal("OK", await CallAsync(client, empire, "Fire", "x-force=true"));
        Assert.Equal(Unauthorized, await CallAsync(client, empire, "Fire"));
        Assert.Equal(Unauthorized, await CallAsync(client, empire, "Fire", "x-force=false"));
        Assert.Equal(Unauthorized, await CallAsync(client, empire, "Leave"));
        Assert.Equal(Unauthorized, await CallAsync(client, world, "Land"));

        await scene.ApplyAsync(
            "p0.yaml", Policy.Replace("fromEndpoints: [ { matchLabels: { org: empire } } ]",
            "fromEntities: [ host, world ]", StringComparison.Ordinal));
        await Wait.UntilAsync(async () => await CallAsync(client, world, "Land") == "OK", Wait.Patience,
            "others are let in", server.Captured);
        Assert.Equal(Unauthorized, await CallAsync(client, empire, "Land"));
    }

    [Fact]
    public async Task Agent_ServesAuthorizationAndAccessLogs_AndShowsThemInTheMonitor()
    {
        await using var scene = Scene.Prepare(Policy);
        scene.MoreAgentOptions = [.. scene.MoreAgentOptions, "--xds-listen", "127.0.0.1:18000"];
        await scene.StartAgentAsync();
        await using var client =
            scene.Lab.Start("node", "/usr/bin/python3", [Script("raw_client.py"), "127.0.0.1:18000"]);

        client.WriteLine("check CgA="); // Empty attributes: a no, but an answer.
        await client.WaitForTextAsync("OK ", Wait.Patience);
        client.WriteLine($"log {Convert.ToBase64String(Denied(scene).ToByteArray())}");
        await Wait.UntilAsync(
            () => Monitor(scene).Contains("logged by server", StringComparison.Ordinal), Wait.Patience,
            "the entry to be shown", client.Captured);

        Assert.Contains(
            "http GET /v1/ DROPPED 403 0.0ms POLICY_DENIED (rbac_access_denied_matched_policy[none]; logged by server)",
            Monitor(scene), StringComparison.Ordinal);
        Assert.Equal(1, await scene.MetricAsync("jumpgate_envoy_checks_total{outcome=\"rejected\",policy=\"none\"}"));
        Assert.Equal(1,
            await scene.MetricAsync("jumpgate_envoy_access_log_entries_total{verdict=\"DROPPED\",kept=\"recorded\"}"));
        client.WriteLine("end");
        client.WriteLine("code");
    }

    private static string Script(string name) => Path.Combine(AppContext.BaseDirectory, "Proxyless", name);

    private static string Monitor(Scene scene) => scene.Ask("monitor", "--last", "50").Output;

    private static StreamAccessLogsMessage Denied(Scene scene) => new()
    {
        Identifier = new StreamAccessLogsMessage.Types.Identifier { LogName = "x", Node = new Node { Id = "server" } },
        HttpLogs = new StreamAccessLogsMessage.Types.HTTPAccessLogEntries
        {
            LogEntry =
            {
                new HTTPAccessLogEntry
                {
                    CommonProperties = new AccessLogCommon
                    {
                        DownstreamDirectRemoteAddress = At(scene.Lab["stranger"].IPv4, 40000),
                        DownstreamLocalAddress = At(scene.Lab["server"].IPv4, 80),
                    },
                    Request = new HTTPRequestProperties { RequestMethod = RequestMethod.Get, Path = "/v1/" },
                    Response = new HTTPResponseProperties
                    {
                        ResponseCode = 403,
                        ResponseCodeDetails = "rbac_access_denied_matched_policy[none]",
                    },
                },
            },
        },
    };

    private static Address At(IPAddress address, uint port) => new()
    {
        SocketAddress = new SocketAddress { Address = address.ToString(), PortValue = port },
    };

    private async Task<string> CallAsync(NetnsProcess client, string target, string method, params string[] headers)
    {
        var number = (++_calls).ToString(CultureInfo.InvariantCulture);
        client.WriteLine($"{number} {target} /empire.Deathstar/{method} {string.Join(' ', headers)}");
        var answer = string.Empty;
        await Wait.UntilAsync(
            () =>
            {
                answer = client.Output.Split('\n').FirstOrDefault(
                    l => l.StartsWith($"{number} ", StringComparison.Ordinal) && l.EndsWith(';')) ?? string.Empty;
                return answer.Length > 0;
            },
            Wait.Patience, "the client's answer", client.Captured);
        return answer[(number.Length + 1)..^1];
    }
}
