using System.Globalization;
using System.Text.RegularExpressions;

namespace Jumpgate.EndToEnd.Tests.Support;

/// <summary>Prometheus' text format 0.0.4, read strictly: what does not fit throws.</summary>
internal sealed partial class PrometheusPage
{
    private readonly Dictionary<string, string> _types = [];

    /// <summary>Values by series (name and labels as written).</summary>
    public Dictionary<string, double> Series { get; } = [];

    /// <summary>Series that may only grow: counters, and the parts of histograms.</summary>
    public IEnumerable<string> Growing => Series.Keys.Where(s => _types[FamilyOf(s)] is "counter" or "histogram");

    public static PrometheusPage Parse(string text)
    {
        var page = new PrometheusPage();
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        foreach (var line in text.Split('\n')[..^1])
        {
            if (HelpLine().IsMatch(line))
            {
                continue;
            }

            if (TypeLine().Match(line) is { Success: true } type)
            {
                Assert.True(page._types.TryAdd(type.Groups["name"].Value, type.Groups["type"].Value),
                    $"declared twice: {line}");
                continue;
            }

            var sample = SampleLine().Match(line);
            Assert.True(sample.Success, $"not a line of the format: {line}");
            var value = double.Parse(sample.Groups["value"].Value, CultureInfo.InvariantCulture);
            Assert.True(page.Series.TryAdd(sample.Groups["series"].Value, value), $"told twice: {line}");
            Assert.True(
                page._types.ContainsKey(page.FamilyOf(sample.Groups["series"].Value)), $"of no declared type: {line}");
        }

        return page;
    }

    public IEnumerable<string> Of(string family) => Series.Keys.Where(s => FamilyOf(s) == family);

    private string FamilyOf(string series)
    {
        var name = series.Split('{')[0];
        var histogram = HistogramPart().Replace(name, "");
        return _types.GetValueOrDefault(histogram) == "histogram" ? histogram : name;
    }

    [GeneratedRegex(@"^# HELP [a-zA-Z_:][a-zA-Z0-9_:]* ([^\\\n]|\\\\|\\n)*$")]
    private static partial Regex HelpLine();

    [GeneratedRegex(@"^# TYPE (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) (?<type>counter|gauge|histogram)$")]
    private static partial Regex TypeLine();

    [GeneratedRegex("""
        ^(?<series>[a-zA-Z_:][a-zA-Z0-9_:]*(\{([a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\["\\n])*")(,[a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\["\\n])*")*\})?) (?<value>[-+0-9.Ee]+|\+Inf|NaN)$
        """)]
    private static partial Regex SampleLine();

    [GeneratedRegex("_(bucket|sum|count)$")]
    private static partial Regex HistogramPart();
}
