namespace Jumpgate.EndToEnd.Tests.Kafka;

/// <summary>
/// The brokers behind Kafka rules: workload <c>client</c> may use topics <c>open*</c>, in groups <c>g-*</c>, and
/// administer those topics; <c>banker</c> may produce to them in transactions <c>t-*</c> only; <c>free</c> has no L7
/// rules.
/// </summary>
public sealed class KafkaPolicyScene : IAsyncLifetime
{
    public const string Rules = """
        - fromEndpoints: [ { matchLabels: { app: client } } ]
          toPorts:
            - ports: [ { port: kafka, protocol: TCP } ]
              rules:
                kafka:
                  - { role: produce, topic: "open*" }
                  - { role: consume, topic: "open*", group: "g-*" }
                  - { apiKey: createtopics, topic: "open*" }
                  - { apiKey: deletetopics, topic: "open*" }
                  - { apiKey: describeconfigs, topic: "open*" }
        - fromEndpoints: [ { matchLabels: { app: banker } } ]
          toPorts:
            - ports: [ { port: kafka, protocol: TCP } ]
              rules: { kafka: [ { role: produce, topic: "open*", transactionalID: "t-*" } ] }
        - fromEndpoints: [ { matchLabels: { app: free } } ]
          toPorts: [ { ports: [ { port: kafka, protocol: TCP } ] } ]
        """;

    private KafkaScene? _scene;

    internal KafkaScene Scene => _scene!;

    public async Task InitializeAsync()
    {
        _scene = await KafkaScene.StartAsync(KafkaScene.Policy(Rules));
        // What nobody but "free" may see: a topic on every broker, with records in it.
        _scene.Cluster.AddTopic("sealed", 3);
        using var free = _scene.Client(KafkaClients.Kcat, "free");
        var answer = await free.AskAsync("produce sealed 6");
        Assert.True(answer.Ok, answer.ToString());
    }

    public async Task DisposeAsync()
    {
        if (_scene is not null)
        {
            await _scene.DisposeAsync();
        }
    }
}
