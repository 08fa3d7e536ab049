using System.Globalization;
using System.Text.Json;

namespace Jumpgate.Benchmarks.Kafka;

/// <summary>
/// Kafka straight to the broker (no agent), through Jumpgate with one topic rule, with a thousand of which the last
/// allows, and with joined sockets. The client is librdkafka. Peers take turns within a round; ratios are within
/// rounds.
/// </summary>
internal static class KafkaBench
{
    public const string Help = """
          ./bench kafka [--rounds N] [--seconds S] [--only WORK,...] [--output DIR]
              produce and consume records of 100 B, 1 KB and 100 KB, count them without taking their values, and latency at
              500 records a second: straight to the broker, through Jumpgate with 1 topic rule, with 1,000, and with
              short-circuit (default: 3 rounds of 2 seconds)
        """;

    private const string Direct = "no proxy";
    private static readonly (string Name, int Rules, string Lanes)[] _peers =
    [
        (Direct, 0, "off"), ("jumpgate", 1, "off"), ("jumpgate, 1,000 rules", 1000, "off"),
        ("jumpgate, short-circuit", 1, "short-circuit"),
    ];

    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] args, CancellationToken stop)
    {
        if (!KafkaOptions.TryParse(args, out var options))
        {
            await Console.Error.WriteLineAsync($"bench kafka: options not understood\n{Help}");
            return 2;
        }

        var figures = new Dictionary<(string Work, string Peer), List<KafkaFigures>>();
        await using var lab = new KafkaLab();
        await lab.StartBrokerAsync();
        for (var round = 0; round < options.Rounds; round++)
        {
            for (var turn = 0; turn < _peers.Length; turn++)
            {
                var (peer, rules, lanes) = _peers[(turn + round) % _peers.Length];
                stop.ThrowIfCancellationRequested();
                if (rules > 0)
                {
                    await lab.StartAgentAsync(rules, lanes);
                    await lab.CheckPolicedAsync();
                    await lab.WarmUpAsync();
                }

                foreach (var work in options.Works)
                {
                    stop.ThrowIfCancellationRequested();
                    await Console.Error.WriteAsync(
                        $"\rround {round + 1} of {options.Rounds}: {peer + ", " + work.Name,-44}");
                    var known = figures.TryGetValue((work.Name, peer), out var list)
                        ? list : figures[(work.Name, peer)] = [];
                    known.Add(await lab.MeasureAsync(work, options.Seconds));
                }

                await lab.StopAgentAsync();
            }
        }

        await Console.Error.WriteLineAsync();
        Print(options, figures);
        Directory.CreateDirectory(options.Output);
        await File.WriteAllTextAsync(
            Path.Combine(options.Output, "kafka.json"),
            JsonSerializer.Serialize(figures.Select(f => new { f.Key.Work, f.Key.Peer, Rounds = f.Value }), Indented),
            stop);
        return 0;
    }

    private static JsonSerializerOptions Indented { get; } = new() { WriteIndented = true };

    private static void Print(KafkaOptions options, Dictionary<(string Work, string Peer), List<KafkaFigures>> figures)
    {
        Console.WriteLine("| work | peer | records/s | of no proxy | min-max | p50 us | p99 us | CPU s |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|");
        foreach (var work in options.Works)
        {
            foreach (var (peer, _, _) in _peers)
            {
                var rounds = figures[(work.Name, peer)];
                // What is paced is as fast as it is told to be.
                double[] ratios = work.IsPaced ? []
                    : [.. rounds.Zip(figures[(work.Name, Direct)], (a, b) => a.Rate / b.Rate)];
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {work.Name} | {peer} | {Median(rounds, f => f.Rate):N0} | {Text(ratios)} | {Latency(work, rounds)} | {Median(rounds, f => f.CpuSeconds):0.00} |"));
            }
        }
    }

    private static string Text(double[] ratios) => ratios.Length == 0 ? "|" : string.Create(
        CultureInfo.InvariantCulture, $"{Median(ratios, r => r):0.00} | {ratios.Min():0.00}-{ratios.Max():0.00}");

    private static string Latency(KafkaWork work, List<KafkaFigures> rounds) => !work.IsPaced ? "|" : string.Create(
        CultureInfo.InvariantCulture, $"{Median(rounds, f => f.P50):0} | {Median(rounds, f => f.P99):0}");

    private static double Median<T>(IReadOnlyList<T> rounds, Func<T, double> figure) =>
        rounds.Select(figure).Order().ElementAt(rounds.Count / 2);
}
