using System.Globalization;
using System.Text.RegularExpressions;

namespace Jumpgate.Benchmarks.Loads;

/// <summary>wrk: as fast as it goes, a number of connections at once.</summary>
internal static class Wrk
{
    public static string[] Arguments(Work work, string script, int seconds, string url) =>
        ["-t1", $"-c{work.Connections}", $"-d{seconds}s", "--latency", "-s", script, url];

    /// <summary>Lua that makes the work's request.</summary>
    public static string Script(Work work) => $"wrk.headers['X-Fleet'] = 'imperial' {work.Script}\n";

    /// <exception cref="InvalidOperationException">wrk did not say, or an answer was not 2xx.</exception>
    public static Measurement Parse(string text, double cpuSeconds)
    {
        if (Regex.Match(text, "Non-2xx.*") is { Success: true } failures)
        {
            throw new InvalidOperationException($"wrk says: {failures.Value}");
        }

        var rate = Number(text, @"Requests/sec:\s+([\d.]+)");
        var requests = Number(text, @"(\d+) requests in");
        return rate is null || requests is not > 0
            || Time(text, "50%") is not { } p50 || Time(text, "90%") is not { } p90 || Time(text, "99%") is not { } p99
            ? throw new InvalidOperationException("wrk had no answer")
            : new Measurement(rate.Value, p50, p90, p99, cpuSeconds * 1e6 / requests.Value);
    }

    private static double? Number(string text, string pattern) =>
        Regex.Match(text, pattern) is { Success: true } match
            ? double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)
            : null;

    private static double? Time(string text, string percentile)
    {
        var match = Regex.Match(text, $@"{percentile}\s+([\d.]+)(us|ms|s|m)\b");
        return match.Success
            ? double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)
                * match.Groups[2].Value switch { "us" => 1, "ms" => 1e3, "s" => 1e6, _ => 60e6 }
            : null;
    }
}
