namespace Jumpgate.Benchmarks;

/// <summary>A peer at a piece of work.</summary>
/// <param name="Unavailable">Why there is no figure, or null.</param>
internal sealed record Result(string Work, string Peer, IReadOnlyList<Measurement> Rounds, string? Unavailable)
{
    public double Median(Func<Measurement, double> figure)
    {
        var sorted = Rounds.Select(figure).Order().ToArray();
        return sorted.Length == 0 ? double.NaN
            : sorted.Length % 2 == 1 ? sorted[sorted.Length / 2]
            : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
