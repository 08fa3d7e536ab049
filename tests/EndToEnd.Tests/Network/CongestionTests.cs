using System.Net;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Network;

/// <summary>
/// TCP congestion control of the proxy's connections: reno on this node, over the network the node's own. A node whose
/// own is reno does not tell the two apart.
/// </summary>
[Collection("kernel")]
public sealed class CongestionTests
{
    private const string Rules = """
        ingress:
          - fromEntities: [ all ]
            toPorts:
              - ports: [ { port: "80", protocol: TCP } ]
                rules: { http: [ { method: GET } ] }
        """;

    private const string ToTheWorld = """
        egress:
          - toEntities: [ all ]
            toPorts:
              - ports: [ { port: "80", protocol: TCP } ]
                rules: { http: [ { method: GET } ] }
        """;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Connections_OnThisNodeUseReno_OthersTheNodesOwn(bool ipv6)
    {
        await using var scene = await Scene.StartAsync(Policies.Server(Rules), Policies.Client(ToTheWorld));
        var own = scene.Lab.Node.Run(() => File.ReadAllText("/proc/sys/net/ipv4/tcp_congestion_control")).Trim();
        scene.Serve(ipv6);
        scene.Serve(ipv6, 80, "world");
        var world = new IPEndPoint(scene.Lab["world"].Address(ipv6), 80);
        foreach (var (from, to, client, server) in (IEnumerable<(string, IPEndPoint, string, string)>)
            [
                ("client", scene.Server(ipv6), "reno", "reno"),
                ("world", scene.Server(ipv6), own, "reno"),
                ("client", world, "reno", own),
            ])
        {
            using var peer = await scene.ConnectAsync(from, to);
            Assert.Equal(200, (await peer.AskAsync("GET /")).Status);
            var source = (IPEndPoint)peer.Socket.LocalEndPoint!;
            Assert.Equal((from, client, server), (from, Control(scene, to, source), Control(scene, source, to)));
        }
    }

    /// <summary>Of the proxy's connection, as ss(8) tells.</summary>
    private static string Control(Scene scene, IPEndPoint local, IPEndPoint peer)
    {
        var known = File.ReadAllText("/proc/sys/net/ipv4/tcp_available_congestion_control").Split();
        var line = scene.RunOnNode("ss", "-HtniO", "src", $"{local}", "dst", $"{peer}");
        return Assert.Single(
            line.Split(' ', StringSplitOptions.RemoveEmptyEntries), word => known.Contains(word));
    }
}
