using System.Net;
using Jumpgate.EndToEnd.Tests.Network;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Sidecars;

/// <summary>Kafka through a sidecar and the agent's filter; haproxy speaks PROXY protocol v2 as Envoy does.</summary>
[Collection("kernel")]
public sealed class SidecarKafkaTests
{
    private const int TopicDenied = 29;
    private const string Outbound = "outboundPort: 15001";

    private static string Broker(string topic) => $$"""
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: { name: kafka }
        spec:
          endpointSelector: { matchLabels: { app: kafka } }
          ingress:
            - fromEndpoints: [ { matchLabels: { app: client } } ]
              toPorts:
                - ports: [ { port: "9092", protocol: TCP } ]
                  rules: { kafka: [ { topic: "{{topic}}" } ] }
        """;

    /// <summary>
    /// What docs/envoy.md tells to write for a client in default deny: Kafka out, and the way to the listener.
    /// </summary>
    private const string ClientToTheWorld = """
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: { name: client }
        spec:
          endpointSelector: { matchLabels: { app: client } }
          egress:
            - toEntities: [ world ]
              toPorts: [ { ports: [ { port: "9092", protocol: TCP } ], rules: { kafka: [ { topic: open } ] } } ]
            - toEntities: [ host ]
              toPorts: [ { ports: [ { port: "15092", protocol: TCP } ] } ]
        """;

    [Fact]
    public async Task Egress_ThroughTheClientsSidecar_IsJudgedRecordedAndSeenAsTheClient()
    {
        await using var scene = await SidecarKafkaScene.StartAsync("client", Outbound, "kafka", Broker("open"));
        var address = scene.Lab["client"].IPv4;
        var client = scene.Client();

        var allowed = await client.AskAsync("produce open 3");
        Assert.True(allowed.Ok, allowed + scene.Scene.Agent.Captured());
        // Another one: a client that has heard of a denied topic asks for both from then on.
        var denied = await scene.Client().AskAsync("produce sealed 1 known=open");
        Assert.Equal((false, TopicDenied), (denied.Ok, denied.Code));
        Assert.Equal(3, scene.Cluster.FindTopic("open")!.Records);
        Assert.Equal(0, scene.Cluster.FindTopic("sealed")!.Records);

        // The broker sees the client's own address, as without a sidecar.
        Assert.All(scene.Cluster.Seen, seen => Assert.Equal(address, seen.From.Address));
        Assert.True(await scene.OutcomesAsync("served") > 0);
        Assert.Contains(
            "client -> kafka:9092 kafka Metadata sealed DENIED TOPIC_AUTHORIZATION_FAILED", Monitor(),
            StringComparison.Ordinal);

        // The next request on the open connection obeys.
        await scene.Scene.ApplyAsync("p0.yaml", Broker("sealed"));
        denied = await client.AskAsync("produce open 1");
        Assert.Equal((false, TopicDenied), (denied.Ok, denied.Code));
        Assert.Equal(3, scene.Cluster.FindTopic("open")!.Records);
        var lines = Monitor();
        Assert.True(lines.Contains("client -> kafka:9092 kafka Produce open DENIED", StringComparison.Ordinal), lines);

        // Who is not the client speaks for himself at most: by name he is refused, as himself policy refuses him.
        scene.Cluster.ForgetSeen();
        Assert.True(await scene.IsRefusedAsync("other", new IPEndPoint(address, 4000), scene.Bootstrap));
        Assert.Equal(1, await scene.OutcomesAsync("NotItsOwn"));
        Assert.True(await scene.IsRefusedAsync("other", new IPEndPoint(IPAddress.Loopback, 4000), scene.Bootstrap));
        Assert.Equal(1, await scene.OutcomesAsync("Policy"));
        Assert.True(await scene.IsRefusedAsync("world", new IPEndPoint(address, 4000), scene.Bootstrap));
        Assert.Equal(1, await scene.OutcomesAsync("UnknownSender"));
        Assert.True(await scene.IsRefusedAsync("client", new IPEndPoint(IPAddress.Loopback, 4000), scene.Listener));
        Assert.Equal(1, await scene.OutcomesAsync("ToNode"));
        Assert.Empty(scene.Cluster.Seen);

        // IPv6 over a listener of IPv4: the application's loopback says who, the destination by which address.
        var kafka6 = new IPEndPoint(scene.Lab["kafka"].IPv6, SidecarKafkaScene.Port);
        Assert.Equal(
            scene.Lab["client"].IPv6,
            await scene.SeenAsync("client", new IPEndPoint(IPAddress.IPv6Loopback, 4000), "kafka", kafka6));

        // What an Envoy is told, the one of who has the rules.
        var (code, config) = scene.Scene.Ask("envoy", "config", "--node", "kafka");
        Assert.Equal(0, code);
        Assert.Contains("inbound/9092/kafka", config, StringComparison.Ordinal);
        Assert.Contains($"\"address\": \"{scene.Listener.Address}\"", config, StringComparison.Ordinal);

        string Monitor() => scene.Scene.Ask("monitor", "--protocol", "kafka", "--last", "50").Output;
    }

    [Fact]
    public async Task Ingress_ThroughTheBrokersSidecar_ComesFromTheNode_AndNeverGoesInCircles()
    {
        await using var scene =
            await SidecarKafkaScene.StartAsync("kafka", "inboundPort: 15006", "kafka", Broker("open"));
        var refused = await scene.Scene.CanConnectAsync("client", scene.Bootstrap);
        await Wait.UntilAsync(
            async () => await scene.OutcomesAsync("NotExcluded") > 0, Wait.Patience,
            $"the circle to be refused ({refused})",
            scene.Scene.Agent.Captured);
        Assert.Contains(
            $"name {scene.Listener.Address} in its excludeInboundCIDRs", scene.Scene.Agent.Captured(),
            StringComparison.Ordinal);
        Assert.Empty(scene.Cluster.Seen);

        var file = scene.Scene.WorkloadsFile;
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file)).Replace(
            "inboundPort: 15006", $"inboundPort: 15006, excludeInboundCIDRs: [{scene.Listener.Address}/32]",
            StringComparison.Ordinal));
        var client = scene.Client();
        await Wait.UntilAsync(
            async () => (await client.AskAsync("produce open 1")).Ok, Wait.Patience * 2,
            "the exclusion to be in force",
            scene.Scene.Agent.Captured);
        var denied = await client.AskAsync("produce sealed 1");

        Assert.Equal((false, TopicDenied), (denied.Ok, denied.Code));
        Assert.True(await scene.OutcomesAsync("served") > 0);
        Assert.All(scene.Cluster.Seen, seen => Assert.Equal(scene.Listener.Address, seen.From.Address));
        Assert.Equal(0, scene.Cluster.FindTopic("sealed")!.Records);
    }

    [Fact]
    public async Task Egress_ToTheWorld_ComesBackOverTheUplink_AttachedOrNot()
    {
        await using var scene = await SidecarKafkaScene.StartAsync("client", Outbound, "world", ClientToTheWorld);
        foreach (var attached in (bool[])[false, true])
        {
            await scene.Scene.SetUplinksAsync(attached ? "uplink" : null);
            var allowed = await scene.Client().AskAsync("produce open 3");
            Assert.True(allowed.Ok, allowed + scene.Scene.Agent.Captured());
        }

        var denied = await scene.Client().AskAsync("produce sealed 1 known=open");
        Assert.Equal((false, TopicDenied), (denied.Ok, denied.Code));
        Assert.Equal(6, scene.Cluster.FindTopic("open")!.Records);
        Assert.All(scene.Cluster.Seen, seen => Assert.Equal(scene.Lab["client"].IPv4, seen.From.Address));
    }
}
