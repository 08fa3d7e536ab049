using Jumpgate.Policy.Http;

namespace Jumpgate.Policy.Tests.Http;

public class RequestTargetTests
{
    [Theory]
    [InlineData("/", "/")]
    [InlineData("/a/b", "/a/b")]
    [InlineData("/%61%2D%2e%5F%7e%39", "/a-._~9")]
    [InlineData("/%41%5a", "/AZ")]
    [InlineData("/%2e%2e/a", "/a")]
    [InlineData("/x/%2E%2e/a", "/a")]
    [InlineData("/x/.%2e/a", "/a")]
    [InlineData("/%20%c3%A9%25", "/%20%c3%A9%25")]
    [InlineData("/a%3Fb", "/a%3Fb")]
    [InlineData("/a%23b", "/a%23b")]
    [InlineData("/a%252Fb", "/a%252Fb")]
    [InlineData("/a%255Cb", "/a%255Cb")]
    [InlineData("/a%2500b", "/a%2500b")]
    [InlineData("/%25%32%46", "/%252F")]
    [InlineData("//a", "/a")]
    [InlineData("/a///b//", "/a/b/")]
    [InlineData("/a//../b", "/b")]
    [InlineData("/./a", "/a")]
    [InlineData("/a/.", "/a/")]
    [InlineData("/a/..", "/")]
    [InlineData("/..", "/")]
    [InlineData("/../../..", "/")]
    [InlineData("/a/b/../../../c", "/c")]
    [InlineData("/a/./b/.././c", "/a/c")]
    [InlineData("/.well-known/x", "/.well-known/x")]
    [InlineData("/...", "/...")]
    [InlineData("/..a/b", "/..a/b")]
    [InlineData("/a..", "/a..")]
    [InlineData("/a;/../b", "/b")]
    [InlineData("/a?", "/a?")]
    [InlineData("/a?b=%61", "/a?b=%61")]
    [InlineData("/a?b=%2F%5C", "/a?b=%2F%5C")]
    [InlineData("/a?/../b//c", "/a?/../b//c")]
    [InlineData("/a/../b?c?d", "/b?c?d")]
    [InlineData("/%61?%61", "/a?%61")]
    public void Normalize_OriginForm_IsNormalised(string raw, string expected)
    {
        Assert.Equal(RequestTargetStatus.Ok, RequestTarget.Normalize("GET", raw, "a", out var target, out var reason));
        Assert.Equal(expected, target);
        Assert.Null(reason);
    }

    [Theory]
    [InlineData("/a%2Fb", "/a/b")]
    [InlineData("/a%2fb?c=%2f", "/a/b?c=%2f")]
    [InlineData("/a%5Cb", "/a/b")]
    [InlineData("/a%5cb", "/a/b")]
    [InlineData("/%5Cexample.org", "/example.org")]
    [InlineData("/%5c%5Cexample.org/", "/example.org/")]
    [InlineData("/%2F%5Cexample.org", "/example.org")]
    [InlineData("/%5C/example.org", "/example.org")]
    [InlineData("/x/..%5C%2F%5cexample.org", "/example.org")]
    [InlineData("/..%5C..%5Cb", "/b")]
    [InlineData("//%2F/example.org", "/example.org")]
    [InlineData("/a/..%2F..%2Fb", "/b")]
    [InlineData("/%2Fexample.org/", "/example.org/")]
    [InlineData("/a%252F%2Fb", "/a%252F/b")]
    public void Normalize_EscapedSlash_Redirects(string raw, string location)
    {
        Assert.Equal(RequestTargetStatus.Redirect, RequestTarget.Normalize("GET", raw, "a", out var target, out _));
        Assert.Equal(location, target);
    }

    [Fact]
    public void Normalize_RandomEscapedSlashes_LocationStaysOnTheHostAndIsTheLastHop()
    {
        string[] parts = ["/", "%2F", "%2f", "%5C", "%5c", ".", "%2e", "a", "%252F", "%20", ":", "@"];
        var random = new Random(7);
        for (var i = 0; i < 20_000; i++)
        {
            var raw = "/" + string.Concat(
                Enumerable.Range(0, random.Next(10)).Select(_ => parts[random.Next(parts.Length)]));
            if (RequestTarget.Normalize("GET", raw, "a", out var location, out _) != RequestTargetStatus.Redirect)
            {
                continue;
            }

            // A "//host" or "/\host" is a reference to another host (RFC 3986 section 4.2; browsers for the second).
            Assert.StartsWith("/", location, StringComparison.Ordinal);
            Assert.False(location!.Length > 1 && location[1] is '/' or '\\', raw);
            Assert.Equal(RequestTargetStatus.Ok, RequestTarget.Normalize("GET", location, "a", out var again, out _));
            Assert.Equal(location, again);
        }
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("GET", "/%00")]
    [InlineData("GET", "/a?%00")]
    [InlineData("GET", "/%")]
    [InlineData("GET", "/%4")]
    [InlineData("GET", "/%4g")]
    [InlineData("GET", "/%g4")]
    [InlineData("GET", "/%%32F")]
    [InlineData("GET", "/%u0041")]
    [InlineData("GET", "/a?b=%")]
    [InlineData("GET", "/a?b=%zz")]
    [InlineData("GET", "/a\\b")]
    [InlineData("GET", "/a?b\\c")]
    [InlineData("GET", "/a#b")]
    [InlineData("GET", "/a?b#c")]
    [InlineData("GET", "/a b")]
    [InlineData("GET", "/a\tb")]
    [InlineData("GET", "/a\u0000")]
    [InlineData("GET", "/a\u007f")]
    [InlineData("GET", "/\u00e9")]
    [InlineData("GET", "*")]
    [InlineData("options", "*")]
    [InlineData("OPTIONS", "**")]
    [InlineData("GET", "a/b")]
    [InlineData("GET", "?a")]
    [InlineData("GET", "a:80")]
    [InlineData("GET", "ftp://a/")]
    [InlineData("GET", "http:/a/")]
    [InlineData("GET", "http:///x")]
    [InlineData("GET", "http://")]
    [InlineData("GET", "http://b/")]
    [InlineData("GET", "http://a:80/")]
    [InlineData("GET", "http://u@a/")]
    [InlineData("GET", "http://a%2e/")]
    [InlineData("GET", "http://a\\b/")]
    [InlineData("GET", "http://a/%00")]
    [InlineData("CONNECT", "/")]
    [InlineData("CONNECT", "a")]
    [InlineData("CONNECT", "a:")]
    [InlineData("CONNECT", ":80")]
    [InlineData("CONNECT", "a:65536")]
    [InlineData("CONNECT", "b:80")]
    [InlineData("CONNECT", "http://a:80/")]
    [InlineData("CONNECT", "u@a:80")]
    public void Normalize_HostileTarget_IsBadWithAReason(string method, string raw)
    {
        var authority = method == "CONNECT" ? "a:80" : "a";
        Assert.Equal(RequestTargetStatus.Bad, RequestTarget.Normalize(method, raw, authority, out _, out var reason));
        Assert.False(string.IsNullOrEmpty(reason));
    }

    [Theory]
    [InlineData("GET", "http://a/x", "a", "/x")]
    [InlineData("GET", "HTTP://A/x", "a", "/x")]
    [InlineData("GET", "https://a/x", "a", "/x")]
    [InlineData("GET", "http://a:8080/x/../y?z", "a:8080", "/y?z")]
    [InlineData("GET", "http://a", "a", "/")]
    [InlineData("GET", "http://a?b", "a", "/?b")]
    [InlineData("OPTIONS", "http://a", "a", "*")]
    [InlineData("OPTIONS", "http://a/", "a", "/")]
    [InlineData("OPTIONS", "*", "a", "*")]
    [InlineData("OPTIONS", "/x", "a", "/x")]
    [InlineData("CONNECT", "a:443", "a:443", "a:443")]
    [InlineData("CONNECT", "[::1]:443", "[::1]:443", "[::1]:443")]
    public void Normalize_OtherForms_AreJudgedAsTheirPath(string method, string raw, string authority, string expected)
    {
        Assert.Equal(RequestTargetStatus.Ok, RequestTarget.Normalize(method, raw, authority, out var target, out _));
        Assert.Equal(expected, target);
    }

    [Fact]
    public void Normalize_RandomTargets_IsIdempotentAndAgreesWithIsCanonical()
    {
        string[] parts = ["/", "/", "//", ".", "..", "%2e", "%2E", "%61", "%41", "%25", "2F", "%252f", "%20", "a", "B",
            "?", "~", ";", "=", "%7e"];
        var random = new Random(20240607);
        for (var i = 0; i < 20_000; i++)
        {
            var raw = "/" + string.Concat(
                Enumerable.Range(0, random.Next(12)).Select(_ => parts[random.Next(parts.Length)]));
            var status = RequestTarget.Normalize("GET", raw, "a", out var once, out _);
            Assert.True(status == RequestTargetStatus.Ok, raw);
            Assert.True(RequestTarget.Normalize("GET", once, "a", out var twice, out _) == RequestTargetStatus.Ok, raw);
            Assert.Equal(once, twice);
            Assert.True(!RequestTarget.IsCanonical("GET", raw) || raw == once, raw);
            var path = once!.Split('?')[0];
            Assert.DoesNotContain("//", path, StringComparison.Ordinal);
            Assert.DoesNotContain(path.Split('/'), s => s is "." or "..");
        }
    }

    [Fact]
    public void Normalize_RandomBytes_NeverThrowsAndNeverPassesAHostileOne()
    {
        var random = new Random(42);
        var chars = new char[10];
        for (var i = 0; i < 50_000; i++)
        {
            for (var j = 0; j < chars.Length; j++)
            {
                chars[j] = random.Next(3) == 0 ? "/%.\\#?25Ff0"[random.Next(11)] : (char)random.Next(256);
            }

            chars[0] = '/';
            var raw = new string(chars, 0, 1 + random.Next(chars.Length));
            var status = RequestTarget.Normalize("GET", raw, "a", out var target, out _);
            if (raw.Any(c => c is < '!' or > '~' or '\\' or '#'))
            {
                Assert.Equal(RequestTargetStatus.Bad, status);
            }

            Assert.Equal(RequestTarget.IsCanonical("GET", raw), status == RequestTargetStatus.Ok && IsPlain(raw)
                && raw == target);
        }
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("GET", "*")]
    [InlineData("OPTIONS", "*")]
    [InlineData("GET", "http://a/")]
    [InlineData("CONNECT", "/a")]
    [InlineData("GET", "/a#")]
    [InlineData("GET", "/a\\")]
    [InlineData("GET", "/a?\\")]
    [InlineData("GET", "/\u00e9")]
    public void IsCanonical_AnythingThatNeedsALook_IsFalse(string method, string raw) =>
        Assert.False(RequestTarget.IsCanonical(method, raw));

    [Theory]
    [InlineData("/")]
    [InlineData("/a.b/c?d=//e/../f")]
    public void IsCanonical_CommonTarget_IsTrue(string raw) => Assert.True(RequestTarget.IsCanonical("GET", raw));

    private static bool IsPlain(string raw) =>
        !raw.Contains('%', StringComparison.Ordinal) && !raw.Split('?')[0].Contains("/.", StringComparison.Ordinal);
}
