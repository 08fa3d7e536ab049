using System.Globalization;

namespace Jumpgate.Benchmarks;

/// <summary>A peer, a size or a mode at a piece of work.</summary>
/// <param name="Unavailable">Why there is no figure, or null.</param>
internal sealed record Result<T>(string Work, string Peer, IReadOnlyList<T> Rounds, string? Unavailable = null)
{
    public double Median(Func<T, double> figure) => Statistics.Median(Rounds.Select(figure));

    /// <summary>The least and the most, as tables show them.</summary>
    public string Spread(Func<T, double> figure, string format) => Spread([.. Rounds.Select(figure)], format);

    /// <summary>Against another peer, round by round.</summary>
    public double[] RatiosTo(Result<T> baseline, Func<T, double> figure) =>
        Statistics.PairedRatios(Rounds.Select(figure), baseline.Rounds.Select(figure));

    /// <summary>The least and the most, as tables show them; empty for none.</summary>
    public static string Spread(IReadOnlyList<double> figures, string format)
    {
        string Text(double value) => value.ToString(format, CultureInfo.InvariantCulture);
        return figures.Count == 0 ? "" : $"{Text(figures.Min())}-{Text(figures.Max())}";
    }
}
