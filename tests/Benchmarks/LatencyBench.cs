using Jumpgate.Benchmarks.Loads;

namespace Jumpgate.Benchmarks;

/// <summary>Latencies at one rate for everybody: half of what the slowest peer reached just before.</summary>
internal static class LatencyBench
{
    private const double Share = 0.5;

    /// <summary>A peer that falls behind the rate has no latencies to compare.</summary>
    private const double Kept = 0.98;

    private static readonly Work[] Works =
    [
        new("fixed-rate-32", 32) { Load = Load.H2load },
        new("fixed-rate-1", 1) { Load = Load.H2load },
    ];

    public static async Task<Section> RunAsync(BenchOptions options, CancellationToken stop)
    {
        await using var lab = new BenchLab();
        await lab.StartServerAsync();
        async Task<IRunningPeer> StartAsync(string peer, int seconds) =>
            new HttpPeer(lab, await lab.StartAsync(peer, Works[0]), seconds)
            {
                Enforces = peer != Peers.Straight,
            };

        var full = await new Turns("full speed", 1).RunAsync(Peers.All, Works, peer => StartAsync(peer, 1), stop);
        var paced = Works.Select(work => work with { Rate = RateFor(full.Where(result => result.Work == work.Name)) });
        var results = await new Turns(BenchOptions.Latency, options.Rounds).RunAsync(
            Peers.All, [.. paced], peer => StartAsync(peer, options.Seconds), stop);
        Result<Measurement>[] judged = [.. results.Select(result => Judge(result, paced))];
        return new Section(BenchOptions.Latency, Peers.Straight, Comparison.Latency, judged);
    }

    /// <summary>Rounded down to hundreds.</summary>
    /// <exception cref="InvalidOperationException">Nobody has a figure.</exception>
    public static double RateFor(IEnumerable<Result<Measurement>> fullSpeed)
    {
        var rates = fullSpeed.Where(result => result.Rounds.Count > 0)
            .Select(result => result.Median(measurement => measurement.RequestsPerSecond)).ToList();
        return rates.Count > 0
            ? Math.Max(Math.Floor(rates.Min() * Share / 100) * 100, 100)
            : throw new InvalidOperationException("no peer answers h2load");
    }

    private static Result<Measurement> Judge(Result<Measurement> result, IEnumerable<Work> works)
    {
        var rate = works.First(work => work.Name == result.Work).Rate;
        var name = FormattableString.Invariant($"{result.Work} at {rate:0}/s");
        var reached = result.Median(measurement => measurement.RequestsPerSecond);
        return reached < rate * Kept
            ? new Result<Measurement>(
                name, result.Peer, [], FormattableString.Invariant($"kept only {reached:0}/s"))
            : result with { Work = name };
    }
}
