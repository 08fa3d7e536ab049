using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Sidecars;

/// <summary>
/// A stock proxy that reads SO_ORIGINAL_DST (IPv4 only: haproxy asks for no other), told nothing of Jumpgate.
/// </summary>
[Collection("kernel")]
public sealed class SidecarHaproxyTests
{
    internal const string Configuration = """
        defaults
            mode http
            timeout connect 10s
            timeout client 10s
            timeout server 10s

        frontend outbound
            bind 127.0.0.1:15001
            http-request set-var-fmt(txn.to) %[dst]:%[dst_port]
            http-after-response add-header via-sidecar "outbound %[var(txn.to)]"
            default_backend original

        backend original
            server original 0.0.0.0:0

        frontend inbound
            bind 127.0.0.1:15006
            http-request set-var-fmt(txn.to) %[dst]:%[dst_port]
            http-after-response add-header via-sidecar "inbound %[var(txn.to)]"
            default_backend application

        backend application
            server application 127.0.0.1
        """;

    [Fact]
    public async Task Haproxy_BothWays_ReadsTheOriginalDestination()
    {
        await using var scene = await SidecarScene.StartAsync(siblings: true);
        using var directory = new TempDirectory();
        var file = directory.File("haproxy.cfg");
        await File.WriteAllTextAsync(file, Configuration + "\n");
        var (client, server) = (scene.Scene.Lab["client"].IPv4, scene.Scene.Lab["server"].IPv4);
        scene.Scene.Serve(false, 80);
        scene.Scene.Serve(false, 8080, "client");
        var command = CgroupTree.Through(scene.Cgroups.Sidecar, "haproxy", "-db", "-f", file);
        await using var haproxy = scene.Scene.Lab.Start("client", command[0], command[1..]);
        await Wait.UntilAsync(
            async () => (await scene.ReportAsync()).Listeners > 0, Wait.Patience, "haproxy to listen", haproxy.Captured);

        var outbound = await scene.AskAsync("http", server, 80);
        Assert.Contains("HTTP/1.1 200", outbound, StringComparison.Ordinal);
        Assert.Contains($"via-sidecar: outbound {server}:80", outbound, StringComparison.Ordinal);
        var inbound = await scene.AskFromAsync("server", null, "http", client, 8080);
        Assert.Contains("HTTP/1.1 200", inbound, StringComparison.Ordinal);
        Assert.Contains($"via-sidecar: inbound {client}:8080", inbound, StringComparison.Ordinal);
    }
}
