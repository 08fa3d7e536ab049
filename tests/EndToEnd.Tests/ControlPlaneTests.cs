using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests;

/// <summary>The agent as a control plane.</summary>
[Collection("kernel")]
public sealed class ControlPlaneTests
{
    /// <summary>One stream of a node without a configuration, by gRPC C-core: prints how it ended.</summary>
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

    [Fact]
    public async Task Agent_WithXds_ServesAndSaysSo_AndRefusesNodesThatItHasNothingFor()
    {
        await using var scene = Scene.Prepare();
        scene.MoreAgentOptions = [.. scene.MoreAgentOptions, "--xds-listen", "127.0.0.1:18000"];
        await scene.StartAgentAsync();

        await using var client = NetnsProcess.Start(scene.Lab.NodeName, "/usr/bin/python3", ["-c", Ask]);
        await client.WaitForExitAsync(Scene.Patience);
        Assert.Equal("UNAVAILABLE there is no configuration for node 'node' yet\n", client.Output);

        var (code, output) = scene.Ask("xds", "status");
        Assert.Equal(0, code);
        Assert.StartsWith("xDS at 127.0.0.1:18000, 0 groups with a configuration, 0 streams", output, StringComparison.Ordinal);

        scene.Agent.Signal("TERM");
        Assert.Equal(0, await scene.Agent.WaitForExitAsync(Scene.Patience));
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
