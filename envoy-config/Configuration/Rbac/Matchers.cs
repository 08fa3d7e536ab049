using System.Buffers;
using System.Net;
using Envoy.Config.Core.V3;
using Envoy.Config.Route.V3;
using Envoy.Type.Matcher.V3;
using Google.Protobuf.WellKnownTypes;

namespace Jumpgate.EnvoyConfig.Rbac;

/// <summary>The small parts of matchers.</summary>
internal static class Matchers
{
    /// <summary>What is the same as an expression and as text.</summary>
    private static readonly SearchValues<char> Plain =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/-_:=&,;~%@!'\"<> ");

    public static CidrRange Cidr(IPNetwork prefix) => new()
    {
        AddressPrefix = prefix.BaseAddress.ToString(),
        PrefixLen = (uint)prefix.PrefixLength,
    };

    /// <summary>
    /// The whole value, case-sensitively (envoy/type/matcher/v3/regex.proto: "matched against the entire value"). The
    /// engine is RE2, as the policy's.
    /// </summary>
    public static StringMatcher Expression(string pattern) => pattern.AsSpan().ContainsAnyExcept(Plain)
        ? new StringMatcher { SafeRegex = new RegexMatcher { Regex = pattern } }
        : new StringMatcher { Exact = pattern };

    /// <summary>
    /// The same for gRPC's libraries: grpc-js (1.14) puts '^' and '$' around an expression as it stands, so that of
    /// "a|b" it would take everything that begins with a.
    /// </summary>
    public static StringMatcher Grouped(string pattern)
    {
        var matcher = Expression(pattern);
        if (matcher.SafeRegex is { } expression && pattern.Contains('|', StringComparison.Ordinal))
        {
            // What \Q quotes to the end of the expression would quote the parenthesis too.
            var quote = pattern.LastIndexOf("\\Q", StringComparison.Ordinal);
            var open = quote >= 0 && pattern.IndexOf("\\E", quote, StringComparison.Ordinal) < 0;
            expression.Regex = $"(?:{pattern}{(open ? "\\E" : string.Empty)})";
        }

        return matcher;
    }

    public static HeaderMatcher Header(string name, StringMatcher value) =>
        new() { Name = Name(name), StringMatch = value };

    /// <summary>In fields that Envoy has deprecated: see <see cref="HttpForm.OldGrpc"/>.</summary>
    public static HeaderMatcher OldHeader(string name, StringMatcher value)
    {
#pragma warning disable CS0612 // Old clients know nothing else.
        var matcher = new HeaderMatcher { Name = Name(name) };
        if (value.SafeRegex is { } expression)
        {
            matcher.SafeRegexMatch = new RegexMatcher { Regex = expression.Regex };
        }
        else
        {
            matcher.ExactMatch = value.Exact;
        }
#pragma warning restore CS0612

        return matcher;
    }

    public static HeaderMatcher Present(string name) => new() { Name = Name(name), PresentMatch = true };

    /// <summary>Envoy keeps Host as <c>:authority</c>, whatever version of HTTP it came by.</summary>
    private static string Name(string name) =>
        name.Equals("host", StringComparison.OrdinalIgnoreCase) ? ":authority" : name.ToLowerInvariant();
}
