using System.Globalization;
using System.Text.Json;
using Jumpgate.Testing;

namespace Jumpgate.Benchmarks.Kafka;

/// <summary>
/// A broker in memory and a client, each a workload of a node; an agent on the node while it is measured.
/// </summary>
internal sealed class KafkaLab : IAsyncDisposable
{
    private const int Port = 9092;
    private const int Kept = 128 << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Lab _lab = Lab.Create(["kafka", "client"]);
    private readonly TempDirectory _directory = new();
    private readonly string _pins = $"/sys/fs/bpf/jumpgate-bench-kafka-{Environment.ProcessId}";
    private NetnsProcess? _agent;

    private string Broker => $"{_lab["kafka"].IPv4}:{Port}";

    public async Task StartBrokerAsync()
    {
        string[] topics =
            [.. KafkaWork.All.Select(KafkaWork.TopicOf).Distinct().SelectMany(t => (string[])["--topic", t])];
        var broker = _lab.Start(
            "kafka",
            "dotnet",
            [
                Dll("jumpgate-kafka-broker"), Broker, "--keep", Kept.ToString(CultureInfo.InvariantCulture), .. topics,
            ]);
        await broker.WaitForTextAsync("ready", Patience);
        foreach (var work in KafkaWork.All.Where(w => w.Filled > 0).DistinctBy(KafkaWork.TopicOf))
        {
            await RunAsync($"load-produce {KafkaWork.TopicOf(work)} size={work.Filled} seconds=1", "kafka");
        }
    }

    /// <param name="rules">Topic rules; the one that allows is the last.</param>
    /// <param name="lanes">What its sockets may do (docs/lanes.md).</param>
    public async Task StartAgentAsync(int rules, string lanes)
    {
        var others = string.Concat(Enumerable.Range(1, rules - 1).Select(i => $"{{ topic: other-topic-{i} }}, "));
        _directory.Write("policies/bench.yaml", $$"""
            apiVersion: cilium.io/v2
            kind: CiliumNetworkPolicy
            metadata: { name: bench }
            spec:
              endpointSelector: { matchLabels: { app: kafka } }
              ingress:
                - fromEndpoints: [ { matchLabels: { app: client } } ]
                  toPorts:
                    - ports: [ { port: "{{Port}}", protocol: TCP } ]
                      rules: { kafka: [ {{others}}{ topic: "bench-*" } ] }

            """);
        _directory.Write("workloads.yaml", $$"""
            workloads:
              - { name: kafka, labels: { app: kafka }, netns: {{_lab["kafka"].NamespaceName}} }
              - { name: client, labels: { app: client }, netns: {{_lab["client"].NamespaceName}} }

            """);
        _agent = _lab.Start(
            "node",
            "dotnet",
            [
                Product.Command, "agent", "--workloads", _directory.File("workloads.yaml"),
                "--policies", _directory.File("policies"), "--state", _directory.File("state"),
                "--admin-socket", _directory.File("admin.sock"), "--pin-dir", _pins, "--lanes", lanes,
            ]);
        await _agent.WaitForTextAsync("jumpgate ready", Patience);
    }

    /// <summary>The agent's .NET has compiled what is hot.</summary>
    public Task WarmUpAsync() => WarmUp.RunAsync(
        [_agent!],
        async () =>
        {
            await MeasureAsync(KafkaWork.Find("produce-1k"), 1);
            await MeasureAsync(KafkaWork.Find("consume-1k"), 1);
        },
        most: 4);

    public async Task StopAgentAsync()
    {
        if (_agent is null)
        {
            return;
        }

        await _agent.DisposeAsync();
        _agent = null;
        using var cleanup = _lab.Start(
            "node", "dotnet", Product.Command, "cleanup", "--pin-dir", _pins, "--state", _directory.File("state"));
        await cleanup.WaitForExitAsync(Patience);
    }

    public async Task<KafkaFigures> MeasureAsync(KafkaWork work, int seconds)
    {
        var before = MachineCpu.BusySeconds();
        var figures = await RunAsync($"{work.Operation} seconds={seconds}", "client");
        return figures with { CpuSeconds = MachineCpu.BusySeconds() - before };
    }

    /// <summary>A topic that no rule allows is refused: what is measured is policed.</summary>
    public async Task CheckPolicedAsync()
    {
        try
        {
            await RunAsync("produce forbidden 1", "client");
        }
        catch (InvalidOperationException e) when (e.Message.Contains(
            "TopicAuthorizationFailed", StringComparison.Ordinal))
        {
            return;
        }

        throw new InvalidOperationException("a topic that no rule allows was not refused");
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await StopAgentAsync();
        }
        finally
        {
            _lab.Dispose();
            _directory.Dispose();
        }
    }

    private static string Dll(string name) => Path.Combine(AppContext.BaseDirectory, $"{name}.dll");

    /// <exception cref="InvalidOperationException">The client could not.</exception>
    private async Task<KafkaFigures> RunAsync(string operation, string workload)
    {
        using var client =
            _lab.Start(workload, "dotnet", [Dll("jumpgate-kafka-client"), Broker, .. operation.Split(' ')]);
        var code = await client.WaitForExitAsync(Patience);
        if (code != 0)
        {
            throw new InvalidOperationException(client.Captured());
        }

        var answer = JsonDocument.Parse(client.Output).RootElement;
        return answer.GetProperty("ok").GetBoolean()
            ? new KafkaFigures(
                answer.GetProperty("rate").GetDouble(), answer.GetProperty("p50").GetDouble(),
                answer.GetProperty("p99").GetDouble())
            : throw new InvalidOperationException($"'{operation}' failed: {client.Output.Trim()}");
    }
}
