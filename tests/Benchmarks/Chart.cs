using System.Globalization;
using System.Text;

namespace Jumpgate.Benchmarks;

/// <summary>Bars: each peer's throughput as a share of the straight path's, one group for each piece of work.</summary>
internal static class Chart
{
    private const int Width = 900;
    private const int Bar = 18;
    private const int Left = 260;
    private const double Full = 2.0;

    private static readonly string[] Colours = ["#888888", "#3f7f5f", "#7f5f3f", "#5f7fbf", "#3f5f9f", "#bf3f3f"];

    public static string Draw(IReadOnlyList<Result<Measurement>> results)
    {
        var body = new StringBuilder();
        var y = 30;
        foreach (var work in results.GroupBy(result => result.Work))
        {
            body.Append(CultureInfo.InvariantCulture, $"<text x=\"10\" y=\"{y}\" font-weight=\"bold\">{work.Key}</text>\n");
            var straight = work.First(result => result.Peer == Peers.Straight).Median(m => m.RequestsPerSecond);
            foreach (var result in work)
            {
                y += Bar + 4;
                var share = result.Median(m => m.RequestsPerSecond) / straight;
                var label = double.IsNaN(share) ? "not available" : share.ToString("0.00", CultureInfo.InvariantCulture);
                var length = double.IsNaN(share) ? 0 : Math.Min(share, Full) / Full * (Width - Left - 80);
                body.Append(CultureInfo.InvariantCulture, $"<text x=\"20\" y=\"{y}\">{result.Peer}</text>");
                body.Append(CultureInfo.InvariantCulture,
                    $"<rect x=\"{Left}\" y=\"{y - Bar + 4}\" width=\"{length:0}\" height=\"{Bar}\" fill=\"{Colour(result.Peer)}\"/>");
                body.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left + length + 8:0}\" y=\"{y}\">{label}</text>\n");
            }

            y += Bar + 24;
        }

        return $"""
            <svg xmlns="http://www.w3.org/2000/svg" width="{Width}" height="{y}" font-family="sans-serif" font-size="13">
            <text x="10" y="14">requests per second, as a share of the straight path</text>
            {body}</svg>

            """;
    }

    private static string Colour(string peer) => Colours[Peers.All.ToList().IndexOf(peer)];
}
