using System.Net;
using System.Net.Sockets;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.KafkaBroker.Serving;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Kafka;

/// <summary>
/// Three brokers, each a workload (app=kafka), that record what reaches them; workloads <c>client</c>, <c>banker</c>
/// and <c>free</c> (app=NAME); an agent between them.
/// </summary>
public sealed class KafkaScene : IAsyncDisposable
{
    public const int Port = 9092;
    private readonly List<Broker> _brokers = [];

    private KafkaScene(Scene scene) => Scene = scene;

    internal Scene Scene { get; }

    internal Lab Lab => Scene.Lab;

    internal Cluster Cluster { get; } = new();

    /// <summary>The first broker; where the others are is learnt from it.</summary>
    internal string Bootstrap { get; private set; } = string.Empty;

    internal static Task<KafkaScene> StartAsync(params string[] policies) => StartAsync(StartBrokersAsync, policies);

    /// <param name="mode">What the node's sockets may do (docs/lanes.md).</param>
    internal static Task<KafkaScene> StartWithLanesAsync(string mode, params string[] policies) => StartAsync(
        kafka =>
        {
            kafka.Scene.MoreAgentOptions = ["--lanes", mode];
            return StartBrokersAsync(kafka);
        },
        policies);

    /// <summary>
    /// With librdkafka's mock cluster for brokers: somebody else's code, and no record of what reaches it.
    /// </summary>
    internal static Task<KafkaScene> StartMockAsync(params string[] policies) =>
        StartAsync(MockCluster.StartAsync, policies);

    private static async Task<KafkaScene> StartAsync(Func<KafkaScene, Task> startBrokers, string[] policies)
    {
        var workloads = Enumerable.Range(1, 3)
            .ToDictionary(i => $"kafka{i}", _ => "labels: { app: kafka }, ports: { kafka: 9092 }");
        foreach (var client in (string[])["client", "banker", "free"])
        {
            workloads.Add(client, $"labels: {{ app: {client} }}");
        }

        var kafka = new KafkaScene(Scene.Prepare(workloads, policies));
        try
        {
            await startBrokers(kafka);
            kafka.Bootstrap = $"{kafka.Lab["kafka1"].IPv4}:{Port}";
            await kafka.Scene.StartAgentAsync();
            return kafka;
        }
        catch
        {
            await kafka.DisposeAsync();
            throw;
        }
    }

    /// <summary>A policy for the brokers.</summary>
    internal static string Policy(string ingress, string annotations = "", string name = "kafka") => $$"""
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: { name: {{name}}, annotations: { {{annotations}} } }
        spec:
          endpointSelector: { matchLabels: { app: kafka } }
          ingress:
        {{string.Join('\n', ingress.Split('\n').Select(l => "    " + l))}}
        """;

    internal void StartBroker(int id)
    {
        var address = new IPEndPoint(Lab[$"kafka{id}"].IPv4, Port);
        var listener = Lab.Run($"kafka{id}", () =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(address);
            socket.Listen();
            return socket;
        });
        _brokers.Add(Broker.Start(Cluster, id, listener, address));
    }

    private static Task StartBrokersAsync(KafkaScene kafka)
    {
        for (var i = 1; i <= 3; i++)
        {
            kafka.StartBroker(i);
        }

        return Task.CompletedTask;
    }

    /// <summary>As when a broker dies.</summary>
    internal async Task StopBrokerAsync(int id)
    {
        var broker = _brokers.Single(b => b.Node.Id == id);
        _brokers.Remove(broker);
        await broker.DisposeAsync();
    }

    /// <summary>A client in a workload; it goes with the scene at the latest.</summary>
    internal IKafkaClient Client(string name, string workload = "client") =>
        Lab.Own(KafkaClients.Start(name, this, workload));

    /// <summary>Requests that came from a workload.</summary>
    internal IReadOnlyList<Arrival> SeenFrom(string workload) =>
        [.. Cluster.Seen.Where(s => s.From.Address.Equals(Lab[workload].IPv4))];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var broker in _brokers)
        {
            await broker.DisposeAsync();
        }

        await Scene.DisposeAsync();
    }
}
