using System.Globalization;

namespace Jumpgate.Benchmarks;

/// <summary>A peer, a size or a mode at a piece of work.</summary>
/// <param name="Unavailable">Why there is no figure, or null.</param>
internal sealed record Result<T>(string Work, string Peer, IReadOnlyList<T> Rounds, string? Unavailable = null)
{
    public double Median(Func<T, double> figure)
    {
        var sorted = Rounds.Select(figure).Order().ToArray();
        return sorted.Length == 0 ? double.NaN
            : sorted.Length % 2 == 1 ? sorted[sorted.Length / 2]
            : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>The least and the most, as tables show them.</summary>
    public string Spread(Func<T, double> figure, string format)
    {
        string Text(double value) => value.ToString(format, CultureInfo.InvariantCulture);
        return Rounds.Count == 0 ? "" : $"{Text(Rounds.Min(figure))}-{Text(Rounds.Max(figure))}";
    }
}
