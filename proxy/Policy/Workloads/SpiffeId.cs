using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Jumpgate.Policy.Workloads;

/// <summary>
/// Who a workload says it is in its certificate: <c>spiffe://TRUST-DOMAIN/PATH</c>, as the SPIFFE ID specification has
/// it. Compared byte for byte.
/// </summary>
public sealed record SpiffeId
{
    private const string Scheme = "spiffe://";
    private const int MaxLength = 2048;
    private const int MaxTrustDomain = 255;

    private static readonly SearchValues<char> DomainCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789.-_");

    private static readonly SearchValues<char> PathCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_");

    private readonly string _text;

    private SpiffeId(string text, string domain)
    {
        _text = text;
        TrustDomain = Scheme + domain;
    }

    /// <summary>With its scheme, as SPIRE calls the bundle: <c>spiffe://example.org</c>.</summary>
    public string TrustDomain { get; }

    /// <param name="problem">What is wrong and the way out.</param>
    public static bool TryParse(
        string text, [NotNullWhen(true)] out SpiffeId? id, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        id = null;
        problem = Problem(text, out var domain);
        if (problem is null)
        {
            id = new SpiffeId(text, domain);
        }

        return id is not null;
    }

    public override string ToString() => _text;

    private static string? Problem(string text, out string domain)
    {
        domain = string.Empty;
        if (!text.StartsWith(Scheme, StringComparison.Ordinal))
        {
            return "does not begin with spiffe:// (lower case); write spiffe://TRUST-DOMAIN/PATH";
        }

        if (text.Length > MaxLength)
        {
            return $"is {text.Length} characters long; {MaxLength} at most";
        }

        var rest = text[Scheme.Length..];
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        domain = slash < 0 ? rest : rest[..slash];
        if (domain.Length is 0 or > MaxTrustDomain)
        {
            return domain.Length == 0 ? "has no trust domain; write spiffe://TRUST-DOMAIN/PATH"
                : $"has a trust domain of {domain.Length} characters; {MaxTrustDomain} at most";
        }

        if (domain.AsSpan().IndexOfAnyExcept(DomainCharacters) is var bad and >= 0)
        {
            return $"has {FieldText(domain[bad])} in its trust domain; lower-case letters, digits, '.', '-' and '_' only, and no port";
        }

        if (slash < 0)
        {
            return $"names a trust domain, not a workload in it; write {Scheme}{domain}/PATH";
        }

        foreach (var segment in rest[(slash + 1)..].Split('/'))
        {
            if (segment is "" or "." or "..")
            {
                return segment.Length == 0 ? "has an empty path segment; one slash between segments, none at the end"
                    : $"has the path segment '{segment}', which SPIFFE does not know";
            }

            if (segment.AsSpan().IndexOfAnyExcept(PathCharacters) is var wrong and >= 0)
            {
                return $"has {FieldText(segment[wrong])} in its path; letters, digits, '.', '-' and '_' only, nothing escaped";
            }
        }

        return null;
    }

    private static string FieldText(char character) =>
        character is > ' ' and <= '~' ? $"'{character}'" : $"the character U+{(int)character:X4}";
}
