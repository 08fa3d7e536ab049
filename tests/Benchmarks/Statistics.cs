namespace Jumpgate.Benchmarks;

/// <summary>The arithmetic behind the tables.</summary>
internal static class Statistics
{
    /// <summary>The middle one, or the mean of the two in the middle; NaN of none.</summary>
    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? double.NaN
            : sorted.Length % 2 == 1 ? sorted[sorted.Length / 2]
            : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>The least value that at least this share of all values does not exceed (nearest rank, no
    /// interpolation: a figure that was measured). NaN of none.</summary>
    /// <param name="sorted">In ascending order.</param>
    /// <param name="share">Above 0, at most 1.</param>
    public static double Quantile(ReadOnlySpan<int> sorted, double share)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(share);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(share, 1);

        // 0.9 * 10 is a little more than 9 in binary: the tolerance keeps it rank 9.
        var rank = (int)Math.Ceiling((share * sorted.Length) - 1e-9);
        return sorted.IsEmpty ? double.NaN : sorted[Math.Max(rank, 1) - 1];
    }

    /// <summary>Each round's figure as a share of the same round's baseline: what drifts on the machine between rounds
    /// does not count. Rounds that only one of them has are left out.</summary>
    public static double[] PairedRatios(IEnumerable<double> figures, IEnumerable<double> baseline) =>
        [.. figures.Zip(baseline, (figure, other) => figure / other)];
}
