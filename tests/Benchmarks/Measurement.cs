using System.Globalization;
using System.Text.RegularExpressions;

namespace Jumpgate.Benchmarks;

/// <summary>What one run of wrk showed.</summary>
/// <param name="CpuMicroseconds">Of the whole machine's processors, per request, the load generator and the server
/// included.</param>
internal sealed record Measurement(double RequestsPerSecond, double P50, double P99, double CpuMicroseconds)
{
    /// <summary>Times are in microseconds. Null where wrk did not say, or where an answer was not 2xx.</summary>
    public static Measurement? Parse(string text, double cpuSeconds)
    {
        if (text.Contains("Non-2xx", StringComparison.Ordinal))
        {
            return null;
        }

        var rate = Number(text, @"Requests/sec:\s+([\d.]+)");
        var requests = Number(text, @"(\d+) requests in");
        return rate is null || requests is not > 0 || Time(text, "50%") is not { } p50 || Time(text, "99%") is not { } p99
            ? null
            : new Measurement(rate.Value, p50, p99, cpuSeconds * 1e6 / requests.Value);
    }

    private static double? Number(string text, string pattern) =>
        Regex.Match(text, pattern) is { Success: true } match
            ? double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)
            : null;

    private static double? Time(string text, string percentile)
    {
        var match = Regex.Match(text, $@"{percentile}\s+([\d.]+)(us|ms|s)\b");
        return match.Success
            ? double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)
                * match.Groups[2].Value switch { "us" => 1, "ms" => 1e3, _ => 1e6 }
            : null;
    }
}
