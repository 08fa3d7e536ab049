using System.Diagnostics;
using System.Text.Json;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Kafka;

/// <summary>kcat: a program for each operation. It has no admin calls but the list of topics.</summary>
internal sealed class KcatClient(KafkaScene scene, string workload) : IKafkaClient
{
    private readonly TempDirectory _directory = new();

    /// <summary>librdkafka's texts, which is all that kcat shows.</summary>
    private static readonly Dictionary<string, int> _codes = new()
    {
        ["Topic authorization failed"] = 29,
        ["Group authorization failed"] = 30,
        // Here it shows the reply's text in place of its own.
        ["Consumer error: FindCoordinator response error"] = 30,
        ["Cluster authorization failed"] = 31,
        ["Transactional Id authorization failed"] = 53,
    };

    public async Task<KafkaAnswer> AskAsync(string operation)
    {
        var words = operation.Split(' ').Where(w => !w.Contains('=', StringComparison.Ordinal)).ToArray();
        var options = operation.Split(' ').Where(w => w.Contains('=', StringComparison.Ordinal))
            .Select(w => w.Split('=', 2)).ToDictionary(p => p[0], p => p[1]);
        string[] common =
            ["-b", scene.Bootstrap, "-m", "30", "-X", "client.id=kcat", "-X", "enable.sparse.connections=false"];
        string[] special = words[0] switch
        {
            "produce" => Produce(words[1], int.Parse(words[2], null), options),
            "consume" when options.TryGetValue("group", out var group) =>
                ["-G", group, "-c", words[2], "-q", "-X", "auto.offset.reset=earliest", words[1]],
            "consume" => ["-C", "-t", words[1], "-o", "beginning", "-c", words[2], "-q"],
            "topics" => ["-L", "-J"],
            _ => throw new ArgumentException($"kcat cannot {operation}"),
        };
        var clock = Stopwatch.StartNew();
        using var process = scene.Lab.Start(workload, "kcat", [.. common, .. special]);
        var code = await process.WaitForExitAsync(Wait.Patience);
        var failure = _codes.FirstOrDefault(c => process.Error.Contains(c.Key, StringComparison.Ordinal));
        var failed = code != 0 || failure.Key is not null || process.Error.Contains("% ERROR", StringComparison.Ordinal)
            || process.Error.Contains("Delivery failed", StringComparison.Ordinal);
        var values = words[0] == "topics" && !failed
            ? JsonDocument.Parse(process.Output).RootElement.GetProperty("topics").EnumerateArray()
                .Select(t => t.GetProperty("topic").GetString()!).ToArray()
            : process.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return new KafkaAnswer(
            !failed, words[0] == "produce"
                ? int.Parse(words[2], null) : values.Length, values, failure.Key, failure.Value,
            process.Error.Trim(), clock.ElapsedMilliseconds);
    }

    public void Dispose() => _directory.Dispose();

    private string[] Produce(string topic, int count, Dictionary<string, string> options)
    {
        var file = _directory.Write(
            $"{topic}-{count}", string.Concat(Enumerable.Range(0, count).Select(i => $"{topic}-{i}\n")));
        return
        [
            "-P", "-t", topic, "-l", file, "-X", $"acks={options.GetValueOrDefault("acks", "all")}",
            "-X", "message.timeout.ms=30000", "-z", options.GetValueOrDefault("compression", "none"),
            .. options.ContainsKey("idempotent") ? (string[])["-X", "enable.idempotence=true"] : [],
            .. options.TryGetValue("txn", out var id)
                ? (string[])["-X", $"transactional.id={id}", "-X", "transaction.timeout.ms=30000"] : [],
        ];
    }
}
