using System.Globalization;

namespace Jumpgate.Benchmarks;

/// <summary>Results whose peers are sizes.</summary>
internal static class Results
{
    public static Result<Figure> Of(string work, int size, IReadOnlyList<Figure> rounds, string? unavailable = null) =>
        new(work, size.ToString("N0", CultureInfo.InvariantCulture), rounds, unavailable);
}
