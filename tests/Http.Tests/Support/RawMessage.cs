using System.Globalization;

namespace Jumpgate.Http.Tests.Support;

/// <summary>A message as it stood on the wire.</summary>
internal sealed record RawMessage(string Head, string Body)
{
    public string FirstLine => Head[..Head.IndexOf("\r\n", StringComparison.Ordinal)];

    /// <summary>A request's target.</summary>
    public string Target => FirstLine.Split(' ')[1];

    public int Status => int.Parse(FirstLine.Split(' ')[1], CultureInfo.InvariantCulture);

    public string? this[string name] => HeaderOf(Head, name);

    public static string? HeaderOf(string head, string name)
    {
        var values = head.Split("\r\n")
            .Where(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))
            .Select(line => line[(name.Length + 1)..].Trim())
            .ToArray();
        return values.Length == 0 ? null : string.Join('|', values);
    }
}
