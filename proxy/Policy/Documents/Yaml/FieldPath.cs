using System.Text;

namespace Jumpgate.Policy.Documents.Yaml;

/// <summary>Paths as errors write them, and text from files made fit for one line of a log.</summary>
internal static class FieldPath
{
    private const int MaxQuoted = 80;

    public static string Item(string path, int index) => $"{path}[{index}]";

    public static string Member(string path, string key)
    {
        if (!IsSimple(key))
        {
            return $"{path}[\"{Printable(key)}\"]";
        }

        return path.Length == 0 ? key : $"{path}.{key}";
    }

    /// <summary>In quotes, without control characters, cut where it is long.</summary>
    public static string Quote(string text) => $"\"{Printable(text)}\"";

    public static string Printable(string text)
    {
        var result = new StringBuilder();
        foreach (var c in text)
        {
            if (result.Length >= MaxQuoted)
            {
                return result.Append("...").ToString();
            }

            if (c == '"' || char.IsControl(c) || char.IsSurrogate(c) || c is '\u2028' or '\u2029')
            {
                result.Append(c == '"' ? "\\\"" : $"\\u{(int)c:x4}");
            }
            else
            {
                result.Append(c);
            }
        }

        return result.ToString();
    }

    private static bool IsSimple(string key) =>
        key.Length is > 0 and <= 63 && !char.IsAsciiDigit(key[0])
        && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');
}
