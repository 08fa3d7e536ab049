using Envoy.Config.Core.V3;
using Envoy.Config.Route.V3;
using Envoy.Type.Matcher.V3;

namespace Jumpgate.EnvoyConfig.Tests.Evaluation;

/// <summary>The examples of the definitions' own documentation, and what is between them.</summary>
public sealed class MatchingTests
{
    [Theory]
    [InlineData("""{"exact": "abc"}""", "abc", true)]
    [InlineData("""{"exact": "abc"}""", "Abc", false)]
    [InlineData("""{"exact": "abc", "ignoreCase": true}""", "Abc", true)]
    [InlineData("""{"exact": ""}""", "", true)]
    [InlineData("""{"prefix": "abc"}""", "abc.xyz", true)]
    [InlineData("""{"prefix": "abc"}""", "xyz.abc", false)]
    [InlineData("""{"suffix": "abc"}""", "xyz.abc", true)]
    [InlineData("""{"suffix": "ABC", "ignoreCase": true}""", "xyz.abc", true)]
    [InlineData("""{"contains": "abc"}""", "xyz.abc.def", true)]
    [InlineData("""{"contains": "abc"}""", "ab.c", false)]
    [InlineData("""{"safeRegex": {"regex": "a.c"}}""", "abc", true)]
    [InlineData("""{"safeRegex": {"regex": "a.c"}}""", "xabc", false)]
    [InlineData("""{"safeRegex": {"regex": "a|ab"}}""", "ab", true)]
    [InlineData("""{"safeRegex": {"regex": "abc"}, "ignoreCase": true}""", "ABC", false)]
    [InlineData("""{"safeRegex": {"regex": "(?i)abc"}}""", "ABC", true)]
    public void StringMatcher_AsDocumented(string matcher, string value, bool matches) =>
        Assert.Equal(matches, Matching.Matches(StringMatcher.Parser.ParseJson(matcher), value));

    [Theory]
    [InlineData("""{"name": "x-a", "stringMatch": {"exact": "1"}}""", true)]
    [InlineData("""{"name": "X-A", "stringMatch": {"exact": "1"}}""", true)]
    [InlineData("""{"name": "x-a", "stringMatch": {"exact": "1"}, "invertMatch": true}""", false)]
    [InlineData("""{"name": "x-two", "stringMatch": {"exact": "1,2"}}""", true)]
    [InlineData("""{"name": "x-two", "stringMatch": {"exact": "1"}}""", false)]
    [InlineData("""{"name": "x-empty", "stringMatch": {"exact": ""}}""", true)]
    [InlineData("""{"name": "x-empty", "presentMatch": true}""", true)]
    [InlineData("""{"name": "x-a"}""", true)]
    [InlineData("""{"name": "x-none"}""", false)]
    [InlineData("""{"name": "x-none", "presentMatch": true}""", false)]
    [InlineData("""{"name": "x-none", "presentMatch": false}""", true)]
    [InlineData("""{"name": "x-a", "presentMatch": false}""", false)]
    [InlineData("""{"name": "x-none", "presentMatch": true, "invertMatch": true}""", true)]
    [InlineData("""{"name": "x-none", "stringMatch": {"exact": "1"}, "invertMatch": true}""", false)]
    [InlineData("""{"name": "x-none", "stringMatch": {"safeRegex": {"regex": "^$"}}}""", false)]
    [InlineData(
        """{"name": "x-none", "stringMatch": {"safeRegex": {"regex": "^$"}}, "treatMissingHeaderAsEmpty": true}""",
        true)]
    [InlineData(
        """{"name": "x-none", "stringMatch": {"exact": "1"}, "treatMissingHeaderAsEmpty": true, "invertMatch": true}""",
        true)]
    [InlineData("""{"name": "x-a", "exactMatch": "1"}""", true)]
    [InlineData("""{"name": "x-two", "prefixMatch": "1,"}""", true)]
    [InlineData("""{"name": "x-two", "suffixMatch": ",2"}""", true)]
    [InlineData("""{"name": "x-two", "containsMatch": ","}""", true)]
    [InlineData("""{"name": "x-two", "safeRegexMatch": {"regex": "[0-9],[0-9]"}}""", true)]
    [InlineData("""{"name": ":method", "stringMatch": {"exact": "GET"}}""", true)]
    [InlineData("""{"name": ":path", "stringMatch": {"exact": "/a?b"}}""", true)]
    [InlineData("""{"name": ":path", "stringMatch": {"exact": "/a"}}""", false)]
    [InlineData("""{"name": ":authority", "stringMatch": {"exact": "h:80"}}""", true)]
    [InlineData("""{"name": "host", "presentMatch": true}""", false)]
    public void HeaderMatcher_AsDocumented(string matcher, bool matches)
    {
        var request =
            new EnvoyRequest("GET", "/a?b", "h:80", [("X-A", "1"), ("x-two", "1"), ("x-empty", ""), ("X-Two", "2")]);

        Assert.Equal(matches, Matching.Matches(HeaderMatcher.Parser.ParseJson(matcher), request));
    }

    [Theory]
    [InlineData("""{"name": "x-forwarded-proto", "presentMatch": true}""")]
    [InlineData("""{"name": "X-Envoy-Internal", "presentMatch": true}""")]
    [InlineData("""{"name": ":scheme", "stringMatch": {"exact": "http"}}""")]
    [InlineData("""{"name": "x-a", "rangeMatch": {"start": 1, "end": 2}}""")]
    public void HeaderMatcher_ThatIsNotModelled_Throws(string matcher) => Assert.Throws<NotModelledException>(() =>
        Matching.Matches(HeaderMatcher.Parser.ParseJson(matcher), new EnvoyRequest("GET", "/", "h", [("x-a", "1")])));

    [Theory]
    [InlineData("/data", true)]
    [InlineData("/data?param=value", true)]
    [InlineData("/data#fragment?param=value", true)]
    [InlineData("/data/", false)]
    public void PathMatcher_LeavesTheQueryOut(string path, bool matches) =>
        Assert.Equal(matches, Matching.Matches(new PathMatcher { Path = new StringMatcher { Exact = "/data" } }, path));

    [Theory]
    [InlineData("10.1.0.0", 16, "10.1.255.1", true)]
    [InlineData("10.1.0.0", 16, "10.2.0.1", false)]
    [InlineData("10.1.0.7", 16, "10.1.0.1", true)]
    [InlineData("0.0.0.0", 0, "1.2.3.4", true)]
    [InlineData("0.0.0.0", 0, "::1", false)]
    [InlineData("::", 0, "1.2.3.4", false)]
    [InlineData("2001:db8::", 33, "2001:db8:8000::1", false)]
    public void CidrRange_HoldsItsAddresses(string prefix, uint length, string address, bool contained) => Assert.Equal(
        contained, Matching.Contains(
            new CidrRange { AddressPrefix = prefix, PrefixLen = length }, System.Net.IPAddress.Parse(address)));
}
