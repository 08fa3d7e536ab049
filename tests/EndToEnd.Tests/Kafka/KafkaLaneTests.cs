namespace Jumpgate.EndToEnd.Tests.Kafka;

/// <summary>Kafka where sockets are joined: the bytes pass by queue, and a forbidden topic stays forbidden.</summary>
public sealed class KafkaLaneTests
{
    [Fact]
    public async Task SmallMessages_WithShortCircuit_PassByQueue()
    {
        await using var scene = await KafkaScene.StartWithLanesAsync("short-circuit", KafkaScene.Policy("""
            - fromEndpoints: [ { matchLabels: { app: client } } ]
              toPorts:
                - ports: [ { port: kafka, protocol: TCP } ]
                  rules: { kafka: [ { topic: "orders" } ] }
            """));
        scene.Cluster.AddTopic("orders", 3);
        var client = scene.Client(KafkaClients.Confluent);

        Assert.True((await client.AskAsync("produce orders 3")).Ok);
        Assert.True((await client.AskAsync("consume orders 3 group=g")).Ok);
        var denied = await client.AskAsync("produce secret 1");

        Assert.Equal((false, 29), (denied.Ok, denied.Code));
        Assert.DoesNotContain(scene.SeenFrom("client"), s => s.Topics.Contains("secret"));
        // A connection's first bytes may be sent before its other end has joined.
        Assert.InRange(await scene.Scene.LaneBytesAsync("queue"),
            1000 + (4 * await scene.Scene.LaneBytesAsync("stack")), double.MaxValue);
    }
}
