using System.Text;
using System.Text.RegularExpressions;
using Validate;

namespace Jumpgate.EnvoyConfig.Resources.Validation;

/// <summary>The rules on strings.</summary>
internal static partial class TextRules
{
    public static Func<object, bool>? Read(StringRules rules, string name)
    {
        var holds = Holds(rules, name);
        return holds is null ? null : value => holds((string)value);
    }

    private static Func<string, bool>? Holds(StringRules rules, string name) => name switch
    {
        "const" => v => v == rules.Const,
        "len" => v => CodePoints(v) == rules.Len,
        "min_len" => v => CodePoints(v) >= rules.MinLen,
        "max_len" => v => CodePoints(v) <= rules.MaxLen,
        "len_bytes" => v => Bytes(v) == rules.LenBytes,
        "min_bytes" => v => Bytes(v) >= rules.MinBytes,
        "max_bytes" => v => Bytes(v) <= rules.MaxBytes,
        "pattern" => Pattern(rules.Pattern),
        "prefix" => v => v.StartsWith(rules.Prefix, StringComparison.Ordinal),
        "suffix" => v => v.EndsWith(rules.Suffix, StringComparison.Ordinal),
        "contains" => v => v.Contains(rules.Contains, StringComparison.Ordinal),
        "not_contains" => v => !v.Contains(rules.NotContains, StringComparison.Ordinal),
        "in" => rules.In.Contains,
        "not_in" => v => !rules.NotIn.Contains(v),
        "well_known_regex" => WellKnown(rules),
        _ => null,
    };

    private static ulong CodePoints(string value) => (ulong)value.EnumerateRunes().Count();

    private static ulong Bytes(string value) => (ulong)Encoding.UTF8.GetByteCount(value);

    /// <summary>The definitions' patterns are RE2's, where a dollar sign stands for the end alone, and not for a line
    /// feed before it too.</summary>
    private static Func<string, bool> Pattern(string pattern)
    {
        var regex = new Regex(
            pattern.EndsWith('$')
                ? pattern[..^1] + "\\z" : pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        return regex.IsMatch;
    }

    private static Func<string, bool>? WellKnown(StringRules rules) => rules switch
    {
        { WellKnownRegex: KnownRegex.HttpHeaderName, Strict: true } => HeaderName().IsMatch,
        { WellKnownRegex: KnownRegex.HttpHeaderValue, Strict: true } => v =>
            !v.Any(c => (c < ' ' && c != '\t') || c == '\x7f'),
        { WellKnownRegex: KnownRegex.HttpHeaderName or KnownRegex.HttpHeaderValue } => v =>
            !v.AsSpan().ContainsAny("\0\r\n"),
        _ => null,
    };

    /// <summary>RFC 9110 5.6.2 (token), a colon before it for HTTP/2's pseudo-headers.</summary>
    [GeneratedRegex(@"^:?[0-9A-Za-z!#$%&'*+\-.^_`|~]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex HeaderName();
}
