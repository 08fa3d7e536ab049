namespace Jumpgate.Agent.ControlPlane;

/// <summary>What others say, for records: of bounded length, without control characters.</summary>
internal static class Text
{
    public const int MaxName = 255;
    public const int MaxTarget = 2048;

    public static string Short(string? text, int max)
    {
        if (string.IsNullOrEmpty(text))
        {
            return string.Empty;
        }

        var line = string.Create(Math.Min(text.Length, max), text, static (span, all) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = char.IsControl(all[i]) ? ' ' : all[i];
            }
        });
        return text.Length > max ? $"{line}..." : line;
    }
}
