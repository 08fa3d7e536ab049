using System.Globalization;

namespace Jumpgate.Benchmarks.Loads;

/// <summary>
/// What h2load writes with <c>--log-file</c>: a line for each request, of its start in microseconds since the epoch,
/// its status and its microseconds until the end of the response, with tabs between. Its own summary has no quantiles.
/// </summary>
internal sealed class H2loadLog
{
    private readonly List<int> _times = [];
    private long _first = long.MaxValue;
    private long _last = long.MinValue;

    private H2loadLog()
    {
    }

    public int Requests => _times.Count;

    /// <summary>Answers that were not 200.</summary>
    public int Failures { get; private set; }

    /// <summary>The status of the first of them; -1: none came.</summary>
    public int FirstFailure { get; private set; }

    /// <summary>From the first request's start to the last one's end.</summary>
    public double Seconds => Requests == 0 ? 0 : (_last - _first) / 1e6;

    /// <exception cref="FormatException">A line is not one of h2load's.</exception>
    public static H2loadLog Parse(IEnumerable<string> lines)
    {
        var log = new H2loadLog();
        foreach (var line in lines)
        {
            var fields = line.Split('\t');
            if (fields.Length < 3
                || !long.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out var start)
                || !int.TryParse(fields[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var status)
                || !int.TryParse(fields[2], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var time))
            {
                throw new FormatException($"'{line}' is not a line of h2load's log");
            }

            if (status != 200)
            {
                log.FirstFailure = log.Failures++ == 0 ? status : log.FirstFailure;
                continue;
            }

            log._times.Add(time);
            log._first = Math.Min(log._first, start);
            log._last = Math.Max(log._last, start + time);
        }

        log._times.Sort();
        return log;
    }

    /// <param name="cpuSeconds">Of the machine meanwhile.</param>
    /// <param name="tolerated">Share of requests that may fail; they do not count.</param>
    /// <exception cref="InvalidOperationException">More failed.</exception>
    public Measurement ToMeasurement(double cpuSeconds, double tolerated = 0)
    {
        if (Requests == 0 || Failures > tolerated * (Requests + Failures) || Seconds <= 0)
        {
            throw new InvalidOperationException(
                $"{Failures} of {Requests + Failures} were not answered with 200, the first with {FirstFailure}");
        }

        var times = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_times);
        return new Measurement(
            Requests / Seconds,
            Statistics.Quantile(times, 0.5),
            Statistics.Quantile(times, 0.9),
            Statistics.Quantile(times, 0.99),
            cpuSeconds * 1e6 / Requests);
    }
}
