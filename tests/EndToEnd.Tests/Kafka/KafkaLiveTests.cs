using System.Net;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.KafkaBroker.Serving;
using Jumpgate.Testing;
using Xunit.Abstractions;

namespace Jumpgate.EndToEnd.Tests.Kafka;

/// <summary>
/// What happens meanwhile: policy changes, an agent that is killed, a broker that is gone. Clients stay open.
/// </summary>
public sealed class KafkaLiveTests(ITestOutputHelper output)
{
    private const int Topic = 29;

    /// <summary>Clients that keep connections; kcat is a new program every time.</summary>
    private static readonly string[] _sessions =
        [KafkaClients.Confluent, KafkaClients.Python, KafkaClients.KafkaJs, KafkaClients.Platformatic];

    private static string Rules(string topic, string annotations = "") => KafkaScene.Policy($$"""
        - fromEndpoints: [ { matchLabels: { app: client } } ]
          toPorts:
            - ports: [ { port: kafka, protocol: TCP } ]
              rules: { kafka: [ { topic: "{{topic}}" } ] }
        """, annotations);

    [Fact]
    public async Task PolicyChange_OpenConnections_ObeyItFromTheNextRequest()
    {
        await using var scene = await KafkaScene.StartAsync(Rules("*"));
        scene.Cluster.AddTopic("orders", 3);
        var clients = _sessions.ToDictionary(name => name, name => scene.Client(name));
        await AllAsync(clients, "produce orders 3", a => a.Ok);
        await AllAsync(clients, "produce orders 3 acks=0", a => a.Ok);

        await scene.Scene.ApplyAsync("p0.yaml", Rules("news"));
        var before = scene.Cluster.FindTopic("orders")!.Records;
        scene.Cluster.ForgetSeen();
        // Producers know the topic already: this is the reply to Produce itself.
        await AllAsync(clients, "produce orders 1", a => a is { Ok: false, Code: Topic });
        foreach (var client in clients.Values)
        {
            // Nobody waits for a reply here; the connection is closed, as a broker does.
            await client.AskAsync("produce orders 1 acks=0");
        }

        Assert.Equal(before, scene.Cluster.FindTopic("orders")!.Records);
        Assert.DoesNotContain(scene.SeenFrom("client"), s => s.Topics.Contains("orders"));

        await scene.Scene.ApplyAsync("p0.yaml", Rules("*"));
        foreach (var (name, client) in clients)
        {
            await RecoverAsync(name, client, "produce orders 1");
        }
    }

    /// <summary>
    /// Consumers that are up to date and wait for more: what comes after the change is not theirs, and they are told.
    /// </summary>
    [Fact]
    public async Task PolicyChange_ConsumersThatWait_NativeError_AndNoMoreRecords()
    {
        await using var scene = await KafkaScene.StartAsync(Consuming("orders"));
        scene.Cluster.AddTopic("orders", 3);
        using var owner = scene.Client(KafkaClients.Confluent, "free");
        await AllAsync(new() { ["owner"] = owner }, "produce orders 3", a => a.Ok);
        var clients = _sessions.ToDictionary(name => name, name => scene.Client(name));
        var consuming = clients.ToDictionary(c => c.Key, c => c.Value.AskAsync($"consume orders 100 group=g-{c.Key}"));
        // Who asks again has had an answer.
        await Wait.UntilAsync(
            () => Fetching(scene).Count(c => c.Count() >= 6) == _sessions.Length
                || consuming.Values.Any(c => c.IsCompleted),
            Wait.Patience, "all to consume", () => string.Join('\n', scene.SeenFrom("client")));

        await scene.Scene.ApplyAsync("p0.yaml", Consuming("news"));
        var answers = await Task.WhenAll(consuming.Select(async c => (c.Key, Answer: await c.Value)));
        scene.Cluster.ForgetSeen();
        await AllAsync(new() { ["owner"] = owner }, "produce orders 3", a => a.Ok);
        // kafka-python would ask for metadata until its time is up (KafkaPolicyTests.PythonCases).
        await AllAsync(
            clients.Where(c => c.Key != KafkaClients.Python).ToDictionary(), "consume orders 1 group=g-again",
            a => a is { Ok: false, Code: Topic });

        foreach (var (name, answer) in answers)
        {
            output.WriteLine($"{name} | consume | {answer}");
            Assert.Equal((name, false, Topic), (name, answer.Ok, answer.Code));
        }

        Assert.Empty(Fetching(scene));
    }

    /// <summary>Both topics in one request: all or nothing, or as a document asks, each for itself.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("jumpgate.dev/kafka-denied-topics: per-topic")]
    public async Task Produce_OfTwoTopics_OneAllowed_AllOrNothingOrPerTopic(string annotations)
    {
        await using var scene = await KafkaScene.StartAsync(Rules("*"));
        var (orders, news) = (scene.Cluster.AddTopic("orders"), scene.Cluster.AddTopic("news"));
        using var client = scene.Client(KafkaClients.KafkaJs);
        await AllAsync(new() { [KafkaClients.KafkaJs] = client }, "produce orders,news 1", a => a.Ok);

        await scene.Scene.ApplyAsync("p0.yaml", Rules("orders", annotations));
        var answer = await client.AskAsync("produce orders,news 1");

        Assert.Equal((false, Topic), (answer.Ok, answer.Code));
        Assert.Equal((annotations.Length > 0 ? 2 : 1, 1), (orders.Records, news.Records));
    }

    /// <summary>Brokers have a rule of their own: what they may do clients may not.</summary>
    [Fact]
    public async Task Brokers_AmongThemselves_ObeyTheirOwnRule()
    {
        await using var scene = await KafkaScene.StartAsync(Rules("orders"), Among("kafka: [ { } ]"));
        scene.Cluster.AddTopic("orders");
        scene.Cluster.AddTopic("internal");
        using var broker = scene.Client(KafkaClients.Confluent, "kafka2");
        using var client = scene.Client(KafkaClients.Confluent);
        foreach (var operation in (string[])["produce internal 3", "consume internal 3 group=any", "create made"])
        {
            var answer = await broker.AskAsync(operation);
            Assert.True(answer.Ok, $"{operation}: {answer}");
        }

        Assert.True((await client.AskAsync("produce orders 1")).Ok);
        Assert.Equal(Topic, (await client.AskAsync("produce internal 1")).Code);

        await scene.Scene.ApplyAsync("p1.yaml", Among("kafka: [ { role: consume, topic: internal } ]"));
        Assert.True((await broker.AskAsync("consume internal 3 group=again")).Ok);
        Assert.Equal(Topic, (await broker.AskAsync("produce internal 1")).Code);
        Assert.Equal(3, scene.Cluster.FindTopic("internal")!.Records);
    }

    private static string Among(string rules) => KafkaScene.Policy($$"""
        - fromEndpoints: [ { matchLabels: { app: kafka } } ]
          toPorts:
            - ports: [ { port: kafka, protocol: TCP } ]
              rules: { {{rules}} }
        """, name: "brokers");

    [Fact]
    public async Task AgentKilled_PortClosed_AndOpenAgainWithTheNext()
    {
        await using var scene = await KafkaScene.StartAsync(Rules("orders"));
        scene.Cluster.AddTopic("orders", 3);
        var clients = _sessions.ToDictionary(name => name, name => scene.Client(name));
        await AllAsync(clients, "produce orders 3", a => a.Ok);

        scene.Scene.Agent.Signal("KILL");
        await scene.Scene.Agent.WaitForExitAsync(Wait.Patience);
        var before = scene.Cluster.FindTopic("orders")!.Records;
        foreach (var broker in (string[])["kafka1", "kafka2", "kafka3"])
        {
            Assert.False(
                await scene.Scene.CanConnectAsync("client", new IPEndPoint(scene.Lab[broker].IPv4, KafkaScene.Port)));
        }

        Assert.Equal(before, scene.Cluster.FindTopic("orders")!.Records);

        await scene.Scene.StartAgentAsync();
        foreach (var (name, client) in clients)
        {
            await RecoverAsync(name, client, "produce orders 1");
            var denied = await client.AskAsync("produce news 1");
            Assert.Equal((name, false, Topic), (name, denied.Ok, denied.Code));
        }

        Assert.DoesNotContain(scene.SeenFrom("client"), s => s.Topics.Contains("news"));
    }

    [Fact]
    public async Task BrokerGone_ClientsGoToTheOthers_WhichArePolicedTheSame()
    {
        await using var scene = await KafkaScene.StartAsync(Rules("orders"));
        scene.Cluster.AddTopic("orders", 3);
        var clients = _sessions.ToDictionary(name => name, name => scene.Client(name));
        await AllAsync(clients, "produce orders 3", a => a.Ok);
        await scene.StopBrokerAsync(2);
        foreach (var (name, client) in clients)
        {
            await RecoverAsync(name, client, "produce orders 3");
            var denied = await client.AskAsync("produce news 1");
            Assert.Equal((name, false, Topic), (name, denied.Ok, denied.Code));
        }

        Assert.DoesNotContain(scene.SeenFrom("client"), s => s.Topics.Contains("news"));
    }

    private static string Consuming(string topic) => KafkaScene.Policy($$"""
        - fromEndpoints: [ { matchLabels: { app: client } } ]
          toPorts:
            - ports: [ { port: kafka, protocol: TCP } ]
              rules: { kafka: [ { role: consume, topic: "{{topic}}", group: "g-*" } ] }
        - fromEndpoints: [ { matchLabels: { app: free } } ]
          toPorts: [ { ports: [ { port: kafka, protocol: TCP } ] } ]
        """);

    /// <summary>Fetches of the topic that have reached a broker, by client.</summary>
    private static IEnumerable<IGrouping<string?, Arrival>> Fetching(KafkaScene scene) =>
        scene.SeenFrom("client").Where(s => s.Api == "Fetch" && s.Topics.Contains("orders")).GroupBy(s => s.ClientId);

    private static async Task AllAsync(
        Dictionary<string, IKafkaClient> clients, string operation, Func<KafkaAnswer, bool> expected)
    {
        var answers = await Task.WhenAll(clients.Select(async c => (c.Key, Answer: await c.Value.AskAsync(operation))));
        Assert.True(answers.All(a => expected(a.Answer)),
            string.Join('\n', answers.Select(a => $"{a.Key} {operation}: {a.Answer}")));
    }

    /// <summary>Clients have pauses of their own before they try again.</summary>
    private async Task RecoverAsync(string name, IKafkaClient client, string operation)
    {
        KafkaAnswer? last = null;
        await Wait.UntilAsync(
            async () => (last = await client.AskAsync(operation)).Ok, Wait.Patience, $"{name} to {operation}",
            () => last?.ToString() ?? "");
        output.WriteLine($"{name} | {operation} | {last}");
    }
}
