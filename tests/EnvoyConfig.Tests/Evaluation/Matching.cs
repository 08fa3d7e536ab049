using System.Collections.Concurrent;
using System.Net;
using Envoy.Config.Core.V3;
using Envoy.Config.Route.V3;
using Envoy.Type.Matcher.V3;
using Jumpgate.Policy.Expressions;

namespace Jumpgate.EnvoyConfig.Tests.Evaluation;

/// <summary>The matchers that all of Envoy's configuration shares.</summary>
internal static class Matching
{
    private static readonly ConcurrentDictionary<string, Re2Expression> Expressions = [];

    /// <summary>type/matcher/v3/string.proto.</summary>
    public static bool Matches(StringMatcher matcher, string value)
    {
        // "If true, indicates the exact/prefix/suffix/contains matching should be case insensitive. This has no effect
        // for the safe_regex match."
        var comparison = matcher.IgnoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        return matcher.MatchPatternCase switch
        {
            // "The input string must match exactly the string specified here."
            StringMatcher.MatchPatternOneofCase.Exact => value.Equals(matcher.Exact, comparison),
            // "The input string must have the prefix specified here."
            StringMatcher.MatchPatternOneofCase.Prefix => value.StartsWith(matcher.Prefix, comparison),
            // "The input string must have the suffix specified here."
            StringMatcher.MatchPatternOneofCase.Suffix => value.EndsWith(matcher.Suffix, comparison),
            // "The input string must have the substring specified here."
            StringMatcher.MatchPatternOneofCase.Contains => value.Contains(matcher.Contains, comparison),
            // "The input string must match the regular expression specified here."
            StringMatcher.MatchPatternOneofCase.SafeRegex => Matches(matcher.SafeRegex, value),
            _ => throw new NotModelledException($"the string matcher {matcher}"),
        };
    }

    /// <summary>type/matcher/v3/regex.proto: "Google's RE2 regex engine", "The regex is matched against the full
    /// string, not as a partial match."</summary>
    public static bool Matches(RegexMatcher matcher, string value)
    {
        NotModelledException.ThrowUnlessOnly(matcher, "regex");
        var expression =
            Expressions.GetOrAdd(matcher.Regex, regex => Re2Compiler.TryCompile(regex, out var compiled, out var error)
            ? compiled : throw new NotModelledException($"the expression {regex}: {error}"));
        return value.All(char.IsAscii)
            ? expression.IsMatch(value) : throw new NotModelledException("an expression on other than ASCII");
    }

    /// <summary>type/matcher/v3/path.proto: "The path must match the URL path portion of the :path header. The query
    /// and fragment string (if present) are removed in the URL path portion."</summary>
    public static bool Matches(PathMatcher matcher, string path) => Matches(matcher.Path, WithoutQuery(path));

    public static string WithoutQuery(string path) =>
        path.IndexOfAny(['?', '#']) is var end and >= 0 ? path[..end] : path;

    /// <summary>config/route/v3/route_components.proto, HeaderMatcher.</summary>
    public static bool Matches(HeaderMatcher matcher, EnvoyRequest request)
    {
        NotModelledException.ThrowUnlessOnly(
            matcher, "name", "string_match", "present_match", "exact_match", "safe_regex_match", "prefix_match",
            "suffix_match",
            "contains_match", "invert_match", "treat_missing_header_as_empty");
        var value = request.Find(matcher.Name);
        var specifier = matcher.HeaderMatchSpecifierCase;

        // "If specified as true, header match will be performed based on whether the header is in the request. If
        // specified as false, header match will be performed based on whether the header is absent." "In the absence of
        // any header match specifier, match will default to present_match".
        if (specifier is HeaderMatcher.HeaderMatchSpecifierOneofCase.None
            or HeaderMatcher.HeaderMatchSpecifierOneofCase.PresentMatch)
        {
            if (matcher.TreatMissingHeaderAsEmpty)
            {
                throw new NotModelledException("present_match with treat_missing_header_as_empty");
            }

            var wanted = specifier == HeaderMatcher.HeaderMatchSpecifierOneofCase.None || matcher.PresentMatch;
            return (value is not null == wanted) != matcher.InvertMatch;
        }

        // treat_missing_header_as_empty: "if the header match rule specified header does not exist, this header value
        // will be treated as empty"; otherwise "the header matcher rule will be ignored so it will not match", inverted
        // or not.
        if (value is null && !matcher.TreatMissingHeaderAsEmpty)
        {
            return false;
        }

        // "If specified, the match result will be inverted before checking."
        return Matches(matcher, value ?? string.Empty) != matcher.InvertMatch;
    }

    /// <summary>
    /// config/core/v3/address.proto, CidrRange: "an IP address and prefix length"; an absent length is 0.
    /// </summary>
    public static bool Contains(CidrRange range, IPAddress address) =>
        Network(range) is var network && network.BaseAddress.AddressFamily == address.AddressFamily
            && network.Contains(address);

    public static IPNetwork Network(CidrRange range)
    {
        var bytes = IPAddress.Parse(range.AddressPrefix).GetAddressBytes();
        var length = (int)(range.PrefixLen ?? 0);
        for (var bit = length; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        }

        return new IPNetwork(new IPAddress(bytes), length);
    }

#pragma warning disable CS0612 // What is deprecated is still understood, and some gRPC clients understand nothing else.
    private static bool Matches(HeaderMatcher matcher, string value) => matcher.HeaderMatchSpecifierCase switch
    {
        HeaderMatcher.HeaderMatchSpecifierOneofCase.StringMatch => Matches(matcher.StringMatch, value),
        // "header match will be performed based on the value of the header"
        HeaderMatcher.HeaderMatchSpecifierOneofCase.ExactMatch => value == matcher.ExactMatch,
        // "The rule will not match if only a subsequence of the request header value matches the regex."
        HeaderMatcher.HeaderMatchSpecifierOneofCase.SafeRegexMatch => Matches(matcher.SafeRegexMatch, value),
        HeaderMatcher.HeaderMatchSpecifierOneofCase.PrefixMatch =>
            value.StartsWith(matcher.PrefixMatch, StringComparison.Ordinal),
        HeaderMatcher.HeaderMatchSpecifierOneofCase.SuffixMatch =>
            value.EndsWith(matcher.SuffixMatch, StringComparison.Ordinal),
        HeaderMatcher.HeaderMatchSpecifierOneofCase.ContainsMatch =>
            value.Contains(matcher.ContainsMatch, StringComparison.Ordinal),
        _ => throw new NotModelledException($"the header matcher {matcher}"),
    };
#pragma warning restore CS0612
}
