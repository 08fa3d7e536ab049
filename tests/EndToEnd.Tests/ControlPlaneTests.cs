using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests;

/// <summary>The agent as a control plane.</summary>
[Collection("kernel")]
public sealed class ControlPlaneTests
{
    /// <summary>One stream of a node that is no workload, by gRPC C-core: prints how it ended.</summary>
    private const string Ask = """
        import grpc
        channel = grpc.insecure_channel("127.0.0.1:18000")
        stream = channel.stream_stream("/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources")
        request = b"\x12\x06\x0a\x04node\x22\x35type.googleapis.com/envoy.config.listener.v3.Listener"
        request = request.replace(b"\x35", bytes([len("type.googleapis.com/envoy.config.listener.v3.Listener")]))
        try:
            next(stream(iter([request]), timeout=20))
        except grpc.RpcError as error:
            print(error.code().name, error.details())
        """;

    /// <summary>
    /// The node 'server' by gRPC C-core: says which words are in each resource it gets, and accepts all of them.
    /// </summary>
    private const string Follow = """
        import grpc, queue
        def field(number, value):
            return bytes([number << 3 | 2, len(value)]) + value
        def fields(message):
            at = 0
            while at < len(message):
                tag, at = message[at], at + 1
                size, shift = 0, 0
                while True:
                    byte, at = message[at], at + 1
                    size, shift = size | (byte & 127) << shift, shift + 7
                    if byte < 128:
                        break
                if tag & 7 == 2:
                    yield tag >> 3, message[at:at + size]
                    at += size
        listener = b"type.googleapis.com/envoy.config.listener.v3.Listener"
        route = b"type.googleapis.com/envoy.config.route.v3.RouteConfiguration"
        names = {listener: b"", route: field(3, b"inbound/80")}
        requests = queue.SimpleQueue()
        requests.put(field(2, field(1, b"server")) + field(4, listener))
        requests.put(field(4, route) + names[route])
        stream = grpc.insecure_channel("127.0.0.1:18000").stream_stream(
            "/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources")
        for response in stream(iter(requests.get, None)):
            parts = list(fields(response))
            url, nonce = (next(v for n, v in parts if n == number) for number in (4, 5))
            text = b"".join(v for n, v in parts if n == 2)
            print(url.split(b".")[-1].decode(), *(w for w in ("inbound", "outbound", "GET", "PUT") if w.encode() in text), flush=True)
            error = field(6, field(2, b"no inspectors here")) if b"http_inspector" in text else b""
            requests.put(field(4, url) + field(5, nonce) + names[url] + error)
        """;

    private static string Policy(string method) => $$"""
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: { name: server }
        spec:
          endpointSelector: { matchLabels: { class: server } }
          ingress:
            - fromEndpoints: [{ matchLabels: { org: empire } }]
              toPorts: [{ ports: [{ port: web, protocol: TCP }], rules: { http: [{ method: {{method}} }] } }]
        """;

    [Fact]
    public async Task Agent_WithXds_GivesANodeItsWorkloadsPolicyAndItsChanges()
    {
        await using var scene = Scene.Prepare(Policy("GET"));
        scene.MoreAgentOptions = [.. scene.MoreAgentOptions, "--xds-listen", "127.0.0.1:18000"];
        await scene.StartAgentAsync();

        await using var node = NetnsProcess.Start(scene.Lab.NodeName, "/usr/bin/python3", ["-c", Follow]);
        await node.WaitForTextAsync("Listener inbound outbound", Wait.Patience);
        await node.WaitForTextAsync("RouteConfiguration inbound GET", Wait.Patience);
        var (same, text) = scene.Ask("envoy", "diff", "--node", "server");
        Assert.True(same == 1, text);
        Assert.Contains("original-dst", text, StringComparison.Ordinal);

        // The same rules under the same name, elsewhere: nothing would change.
        var elsewhere = Directory.CreateDirectory(Path.Combine(scene.StateDirectory, "..", "elsewhere")).FullName;
        File.Copy(Path.Combine(scene.PoliciesDirectory, "p0.yaml"), Path.Combine(elsewhere, "p0.yaml"));
        var (nothing, none) = scene.Ask("envoy", "diff", "--node", "server", "--policies", elsewhere);
        Assert.True(nothing == 0, none);

        scene.WritePolicy("next.yaml.txt", Policy("PUT"));
        var (differs, lines) = scene.Ask(
            "envoy", "diff", "--node", "server", "--policies", Path.Combine(scene.PoliciesDirectory, "next.yaml.txt"));
        Assert.Equal(1, differs);
        Assert.Contains("\"exact\": \"PUT\"", lines, StringComparison.Ordinal);

        await scene.ApplyAsync("p0.yaml", Policy("PUT"));
        await node.WaitForTextAsync("RouteConfiguration inbound PUT", Wait.Patience);
        var (code, config) = scene.Ask("envoy", "config", "--node", "server");
        Assert.Equal(0, code);
        Assert.Contains("\"exact\": \"PUT\"", config, StringComparison.Ordinal);
        Assert.Equal(
            (1, "jumpgate: there is no workload 'nobody'\n"), scene.Ask("envoy", "config", "--node", "nobody"));

        // What the workloads file says of Envoys reaches them as well.
        Assert.DoesNotContain("http_inspector", config, StringComparison.Ordinal);
        var changed = scene.WorkloadsFile + ".new";
        File.WriteAllText(changed, $"envoy: {{ detectProtocol: true }}\n{File.ReadAllText(scene.WorkloadsFile)}");
        File.Move(changed, scene.WorkloadsFile, overwrite: true);
        await Wait.UntilAsync(
            () => scene.Ask("envoy", "config", "--node", "server").Output.Contains(
                "http_inspector", StringComparison.Ordinal),
            Wait.Patience, "protocols to be looked for", scene.Agent.Captured);

        // This node refuses that, and whoever asks hears why.
        var status = string.Empty;
        await Wait.UntilAsync(
            () => (status = scene.Ask("xds", "status").Output).Contains("no inspectors here", StringComparison.Ordinal),
            Wait.Patience, "the node's refusal", () => status);
        Assert.Contains("server", status, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Agent_WithXds_ServesAndSaysSo_AndRefusesNodesThatAreNoWorkloads()
    {
        await using var scene = Scene.Prepare();
        scene.MoreAgentOptions = [.. scene.MoreAgentOptions, "--xds-listen", "127.0.0.1:18000"];
        await scene.StartAgentAsync();

        await using var client = NetnsProcess.Start(scene.Lab.NodeName, "/usr/bin/python3", ["-c", Ask]);
        await client.WaitForExitAsync(Wait.Patience);
        Assert.Equal("PERMISSION_DENIED node 'node' is none of this server's\n", client.Output);

        var (code, output) = scene.Ask("xds", "status");
        Assert.Equal(0, code);
        Assert.StartsWith(
            "xDS at 127.0.0.1:18000, 0 groups with a configuration, 0 streams", output, StringComparison.Ordinal);

        scene.Agent.Signal("TERM");
        Assert.Equal(0, await scene.Agent.WaitForExitAsync(Wait.Patience));
    }

    [Fact]
    public async Task Agent_WithoutXds_SaysHowToServeIt()
    {
        await using var scene = await Scene.StartAsync();

        var (code, output) = scene.Ask("xds", "status");

        Assert.Equal(0, code);
        Assert.Equal("xDS is not served; start the agent with --xds-listen ADDRESS:PORT\n", output);
    }
}
