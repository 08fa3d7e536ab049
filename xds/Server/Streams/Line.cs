namespace Jumpgate.Xds.Streams;

/// <summary>What a client says, for logs and reports: one line of bounded length.</summary>
public static class Line
{
    private const int MaxLength = 500;

    /// <summary>Control characters become blanks; past 500 characters it is cut.</summary>
    public static string Of(string text)
    {
        var line = string.Create(Math.Min(text.Length, MaxLength), text, static (span, all) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = char.IsControl(all[i]) ? ' ' : all[i];
            }
        });
        return text.Length > MaxLength ? line + "..." : line;
    }
}
