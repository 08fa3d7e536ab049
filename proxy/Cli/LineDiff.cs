namespace Jumpgate.Cli;

/// <summary>Lines that differ, with three lines around them.</summary>
internal static class LineDiff
{
    private const int Around = 3;

    /// <summary>Past this many comparisons the middle is shown as replaced whole.</summary>
    private const long MaxWork = 4_000_000;

    public static IEnumerable<string> Of(string[] from, string[] to)
    {
        var start = 0;
        while (start < Math.Min(from.Length, to.Length) && from[start] == to[start])
        {
            start++;
        }

        var end = 0;
        while (end < Math.Min(from.Length, to.Length) - start && from[^(end + 1)] == to[^(end + 1)])
        {
            end++;
        }

        var lines = new List<string>(from[..start].Select(l => "  " + l));
        lines.AddRange(Middle(from[start..(from.Length - end)], to[start..(to.Length - end)]));
        lines.AddRange(from[(from.Length - end)..].Select(l => "  " + l));
        return Shorten(lines);
    }

    private static List<string> Middle(string[] from, string[] to)
    {
        if ((long)from.Length * to.Length > MaxWork)
        {
            return [.. from.Select(l => "- " + l), .. to.Select(l => "+ " + l)];
        }

        // Longest common subsequence, from the end.
        var common = new int[from.Length + 1, to.Length + 1];
        for (var i = from.Length - 1; i >= 0; i--)
        {
            for (var j = to.Length - 1; j >= 0; j--)
            {
                common[i, j] = from[i] == to[j]
                    ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
            }
        }

        var lines = new List<string>();
        var (a, b) = (0, 0);
        while (a < from.Length || b < to.Length)
        {
            if (a < from.Length && b < to.Length && from[a] == to[b])
            {
                lines.Add("  " + from[a++]);
                b++;
            }
            else if (b == to.Length || (a < from.Length && common[a + 1, b] >= common[a, b + 1]))
            {
                lines.Add("- " + from[a++]);
            }
            else
            {
                lines.Add("+ " + to[b++]);
            }
        }

        return lines;
    }

    private static IEnumerable<string> Shorten(List<string> lines)
    {
        var shown = new bool[lines.Count];
        for (var i = 0; i < lines.Count; i++)
        {
            if (lines[i][0] != ' ')
            {
                Array.Fill(shown, true, Math.Max(0, i - Around),
                    Math.Min(lines.Count, i + Around + 1) - Math.Max(0, i - Around));
            }
        }

        for (var i = 0; i < lines.Count; i++)
        {
            if (shown[i])
            {
                yield return lines[i];
            }
            else if (i > 0 && shown[i - 1])
            {
                yield return "@@";
            }
        }
    }
}
