using System.Globalization;
using System.Text;

namespace Jumpgate.Benchmarks;

/// <summary>Bars, one group for each piece of work.</summary>
internal static class Chart
{
    private const int Width = 900;
    private const int Bar = 18;
    private const int Left = 260;
    private const int Right = 140;
    private const double FullShare = 2.0;
    private const string Others = "#7f7f9f";

    private static readonly Dictionary<string, string> Colours = new()
    {
        [Peers.Straight] = "#888888",
        [Peers.Nginx] = "#3f7f5f",
        [Peers.Haproxy] = "#7f5f3f",
        [Peers.UserSpace] = "#5f7fbf",
        [Peers.ShortCircuit] = "#3f5f9f",
        [Peers.Lanes] = "#bf3f3f",
    };

    public static string Draw(IReadOnlyList<Section> sections, IReadOnlyList<Result<Figure>> figures)
    {
        BarGroup[] groups =
            [.. sections.SelectMany(Groups), .. figures.GroupBy(figure => figure.Work).Select(Figures)];
        var body = new StringBuilder();
        var y = 4;
        foreach (var group in groups)
        {
            y += 26;
            body.Append(CultureInfo.InvariantCulture,
                $"<text x=\"10\" y=\"{y}\"><tspan font-weight=\"bold\">{group.Title}</tspan>: {group.Scale}</text>\n");
            foreach (var (peer, value, text) in group.Lines)
            {
                y += Bar + 4;
                var length = double.IsFinite(value) ? Math.Min(value / group.Full, 1) * (Width - Left - Right) : 0;
                body.Append(CultureInfo.InvariantCulture, $"<text x=\"20\" y=\"{y}\">{peer}</text>");
                body.Append(CultureInfo.InvariantCulture,
                    $"<rect x=\"{Left}\" y=\"{y - Bar + 4}\" width=\"{length:0}\" height=\"{Bar}\" "
                    + $"fill=\"{Colours.GetValueOrDefault(peer, Others)}\"/>");
                body.Append(
                    CultureInfo.InvariantCulture, $"<text x=\"{Left + length + 8:0}\" y=\"{y}\">{text}</text>\n");
            }
        }

        return $"""
            <svg xmlns="http://www.w3.org/2000/svg" width="{Width}" height="{y + 16}"
                 font-family="sans-serif" font-size="13">
            <rect width="100%" height="100%" fill="#ffffff"/>
            {body}</svg>

            """;
    }

    private static IEnumerable<BarGroup> Groups(Section section) =>
        section.Results.GroupBy(result => result.Work).Select(work => section.Comparison == Comparison.Rate
            ? new BarGroup(
                work.Key,
                $"requests/s, as a share of {section.Baseline}",
                FullShare,
                [.. work.Select(result => Line(result.Peer, Statistics.Median(section.Ratios(result)), "0.00"))])
            : Scaled(work.Key, "p99, microseconds", [.. work.Select(r => (r.Peer, r.Median(m => m.P99)))], "0"));

    private static BarGroup Figures(IGrouping<string, Result<Figure>> work) => Scaled(
        work.Key,
        work.SelectMany(result => result.Rounds).FirstOrDefault()?.Unit ?? "",
        [.. work.Select(result => (result.Peer, result.Median(figure => figure.Value)))],
        "0.0");

    /// <summary>To the longest of them.</summary>
    private static BarGroup Scaled(
        string title, string scale, IReadOnlyList<(string Peer, double Value)> values, string format) =>
        new(
            title,
            scale,
            values.Select(bar => bar.Value).Where(double.IsFinite).DefaultIfEmpty(1).Max(),
            [.. values.Select(bar => Line(bar.Peer, bar.Value, format))]);

    private static (string Peer, double Value, string Text) Line(string peer, double value, string format) =>
        (peer, value, double.IsNaN(value) ? "not available" : value.ToString(format, CultureInfo.InvariantCulture));

    private sealed record BarGroup(
        string Title, string Scale, double Full, IReadOnlyList<(string Peer, double Value, string Text)> Lines);
}
