using System.Globalization;

namespace Jumpgate.EndToEnd.Tests.Conformance;

/// <summary>HTTP/1 messages as text (Latin-1), framed by Content-Length alone.</summary>
internal static class HttpText
{
    private const string LengthName = "\r\nContent-Length:";

    /// <summary>Takes the first message off the text; false where it is not whole yet.</summary>
    /// <param name="hasBody">False for the answer to HEAD.</param>
    public static bool TryTakeMessage(ref string text, out string head, out string body, bool hasBody = true)
    {
        head = body = string.Empty;
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0)
        {
            return false;
        }

        var found = text.IndexOf(LengthName, StringComparison.OrdinalIgnoreCase);
        var length = 0;
        if (hasBody && found >= 0 && found < end)
        {
            var from = found + LengthName.Length;
            var to = text.IndexOf('\r', from);
            length = int.Parse(text.AsSpan(from, to - from).Trim(), CultureInfo.InvariantCulture);
        }

        if (text.Length < end + 4 + length)
        {
            return false;
        }

        head = text[..end];
        body = text.Substring(end + 4, length);
        text = text[(end + 4 + length)..];
        return true;
    }
}
