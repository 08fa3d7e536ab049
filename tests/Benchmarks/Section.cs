namespace Jumpgate.Benchmarks;

/// <summary>Peers side by side, at the same pieces of work.</summary>
/// <param name="Name">As the command line names it.</param>
/// <param name="Baseline">Whom the others are compared with.</param>
/// <param name="Comparison">By which figure.</param>
/// <param name="Results">Work by work, peer by peer.</param>
internal sealed record Section(
    string Name, string Baseline, Comparison Comparison, IReadOnlyList<Result<Measurement>> Results)
{
    /// <summary>The ordinary proxies among the peers.</summary>
    public IReadOnlyList<string> Proxies { get; init; } = [Peers.Nginx, Peers.Haproxy];

    /// <summary>Against the baseline, round by round; empty where either has no figures.</summary>
    public double[] Ratios(Result<Measurement> result)
    {
        var baseline = Results.First(other => other.Work == result.Work && other.Peer == Baseline);
        return result.RatiosTo(baseline, Figure);
    }

    /// <summary>Against the better of the ordinary proxies of a round; empty where the section has none.</summary>
    public double[] RatiosToProxies(Result<Measurement> result)
    {
        double[][] proxies =
        [
            .. Results.Where(other => other.Work == result.Work && Proxies.Contains(other.Peer))
                .Where(other => other.Rounds.Count > 0)
                .Select(other => other.Rounds.Select(Figure).ToArray()),
        ];
        return proxies.Length == 0 ? [] : Statistics.PairedRatios(
            result.Rounds.Select(Figure), proxies.Aggregate((a, b) => [.. a.Zip(b, Better)]));
    }

    private double Better(double a, double b) => Comparison == Comparison.Rate ? Math.Max(a, b) : Math.Min(a, b);

    private double Figure(Measurement measurement) =>
        Comparison == Comparison.Rate ? measurement.RequestsPerSecond : measurement.P99;
}
