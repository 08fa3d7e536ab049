using System.Globalization;
using System.Text.Json;

namespace Jumpgate.Benchmarks;

/// <summary>The table, the JSON file and the chart.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static void Write(IReadOnlyList<Result<Measurement>> results, BenchOptions options)
    {
        foreach (var work in results.GroupBy(result => result.Work))
        {
            WriteTable(work.Key, [.. work]);
        }

        WriteJson("results.json", new { options.Rounds, options.Seconds, Results = results }, options);
        File.WriteAllText(Path.Combine(options.Output, "chart.svg"), Chart.Draw(results));
        Console.WriteLine($"{options.Output}/results.json and {options.Output}/chart.svg are written.");
    }

    /// <summary>One table for each piece of work: medians, spreads, and each against the first one's.</summary>
    public static void Write(IReadOnlyList<Result<Figure>> results, string name, BenchOptions options)
    {
        foreach (var work in results.GroupBy(result => result.Work))
        {
            var unit = work.SelectMany(result => result.Rounds).FirstOrDefault()?.Unit;
            Console.WriteLine($"### {work.Key}\n\n| | {unit} | min-max | of the first |\n|---|---|---|---|");
            var first = work.First().Median(figure => figure.Value);
            foreach (var result in work)
            {
                var median = result.Median(figure => figure.Value);
                var spread = result.Spread(figure => figure.Value, "0.0#");
                Console.WriteLine(result.Unavailable is { } why
                    ? $"| {result.Peer} | not available: {why} | | |"
                    : string.Create(
                        CultureInfo.InvariantCulture,
                        $"| {result.Peer} | {median:0.0#} | {spread} | {median / first:0.00} |"));
            }

            Console.WriteLine();
        }

        WriteJson(name, new { options.Rounds, Results = results }, options);
        Console.WriteLine($"{options.Output}/{name} is written.");
    }

    private static void WriteJson<T>(string name, T content, BenchOptions options)
    {
        Directory.CreateDirectory(options.Output);
        File.WriteAllText(Path.Combine(options.Output, name), JsonSerializer.Serialize(content, Indented));
    }

    private static void WriteTable(string work, IReadOnlyList<Result<Measurement>> results)
    {
        var straight = results.First(result => result.Peer == Peers.Straight).Median(m => m.RequestsPerSecond);
        var proxies = results.Where(result => result.Peer is Peers.Nginx or Peers.Haproxy)
            .Select(result => result.Median(m => m.RequestsPerSecond)).Where(rate => !double.IsNaN(rate)).DefaultIfEmpty(double.NaN).Max();
        Console.WriteLine($"### {work}");
        Console.WriteLine();
        Console.WriteLine("| peer | requests/s | min-max | of straight | of best proxy | p50 us | p99 us | CPU us/request |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|");
        foreach (var result in results)
        {
            if (result.Unavailable is not null)
            {
                Console.WriteLine($"| {result.Peer} | not available: {result.Unavailable} | | | | | | |");
                continue;
            }

            var rate = result.Median(m => m.RequestsPerSecond);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {result.Peer} | {rate:0} | {result.Spread(m => m.RequestsPerSecond, "0")} | {rate / straight:0.00} | {rate / proxies:0.00} | {result.Median(m => m.P50):0} | {result.Median(m => m.P99):0} | {result.Median(m => m.CpuMicroseconds):0.0} |"));
        }

        Console.WriteLine();
    }
}
