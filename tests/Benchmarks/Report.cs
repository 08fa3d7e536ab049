using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Jumpgate.Benchmarks;

/// <summary>The tables, the JSON file and the chart.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <param name="sections">Peers side by side.</param>
    /// <param name="figures">What has but one figure a round.</param>
    /// <param name="name">Of the files.</param>
    /// <param name="options">Where they go.</param>
    public static void Write(
        IReadOnlyList<Section> sections, IReadOnlyList<Result<Figure>> figures, string name, BenchOptions options)
    {
        foreach (var section in sections)
        {
            foreach (var work in section.Results.GroupBy(result => result.Work))
            {
                WriteTable(section, work.Key, [.. work]);
            }
        }

        foreach (var work in figures.GroupBy(result => result.Work))
        {
            WriteTable(work.Key, [.. work]);
        }

        Directory.CreateDirectory(options.Output);
        var content = new { options.Rounds, options.Seconds, Sections = sections, Figures = figures };
        File.WriteAllText(Path.Combine(options.Output, $"{name}.json"), JsonSerializer.Serialize(content, Indented));
        File.WriteAllText(Path.Combine(options.Output, $"{name}.svg"), Chart.Draw(sections, figures));
        Console.WriteLine($"{options.Output}/{name}.json and {options.Output}/{name}.svg are written.");
    }

    /// <summary>Medians, spreads, and each against the first one's.</summary>
    private static void WriteTable(string work, IReadOnlyList<Result<Figure>> results)
    {
        var unit = results.SelectMany(result => result.Rounds).FirstOrDefault()?.Unit;
        Console.WriteLine($"### {work}\n\n| | {unit} | min-max | of the first |\n|---|---|---|---|");
        foreach (var result in results)
        {
            var ratios = result.RatiosTo(results[0], figure => figure.Value);
            Console.WriteLine(result.Unavailable is { } why
                ? $"| {result.Peer} | not available: {why} | | |"
                : Text($"| {result.Peer} | {result.Median(f => f.Value):0.0#} | {result.Spread(f => f.Value, "0.0#")} ")
                    + Text($"| {Statistics.Median(ratios):0.00} |"));
        }

        Console.WriteLine();
    }

    /// <summary>Ratios are medians of the rounds' own, with their spread.</summary>
    private static void WriteTable(Section section, string work, IReadOnlyList<Result<Measurement>> results)
    {
        var what = section.Comparison == Comparison.Rate ? "" : "p99 ";
        var hasProxies = results.Any(result => section.Proxies.Contains(result.Peer));
        Console.WriteLine($"### {work}\n");
        Console.WriteLine($"| peer | requests/s | min-max | {what}of {section.Baseline} | min-max "
            + (hasProxies ? $"| {what}of best proxy " : "") + "| p50 us | p90 us | p99 us | CPU us/request |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|" + (hasProxies ? "---|" : ""));
        foreach (var result in results)
        {
            if (result.Unavailable is not null)
            {
                Console.WriteLine(
                    $"| {result.Peer} | not available: {result.Unavailable} | | | | | | |{(hasProxies ? " |" : "")}");
                continue;
            }

            var ratios = section.Ratios(result);
            var rate = result.Median(m => m.RequestsPerSecond);
            Console.WriteLine(
                Text($"| {result.Peer} | {rate:0} | {result.Spread(m => m.RequestsPerSecond, "0")} ")
                + Text($"| {Statistics.Median(ratios):0.00} | {Result<Measurement>.Spread(ratios, "0.00")} ")
                + (hasProxies ? Text($"| {Statistics.Median(section.RatiosToProxies(result)):0.00} ") : "")
                + Text($"| {result.Median(m => m.P50):0} | {result.Median(m => m.P90):0} ")
                + Text($"| {result.Median(m => m.P99):0} ")
                + Text($"| {result.Median(m => m.CpuMicroseconds):0.0} |"));
        }

        Console.WriteLine();
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
