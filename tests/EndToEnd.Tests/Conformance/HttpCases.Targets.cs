namespace Jumpgate.EndToEnd.Tests.Conformance;

internal static partial class HttpCases
{
    private const string Order =
        "in this order: escaped unreserved characters are decoded, doubled slashes merged, dot segments removed";
    private const string QueryAlone = "The query is left alone";
    private const string EscapedSlash = "`%2F` and `%5C` in the path: `307` to the unescaped target";
    private const string NoEscapedSlash = "`%252F` is no escaped slash";
    private const string Asterisk = "`OPTIONS *` has path `*`";
    private const string AbsoluteForm = "Absolute form: its authority must equal Host, else 400";
    private const string AllPaths = "[ { path: '/.*' } ]";

    private static IEnumerable<ConformanceCase> Targets =>
    [
        Allowed("escaped unreserved", Order, GetV1, "GET /%761/%78%2D%7e")
            with { Forwarded = "GET /v1/x-~ HTTP/1.1\r\nHost: server" },
        Denied("escaped dots", Order, GetV1, "GET /v1/%2e%2e/admin"),
        Allowed("escaped dots into", Order, GetV1, "GET /admin/%2e%2E/v1/x")
            with { Forwarded = "GET /v1/x HTTP/1.1\r\nHost: server" },
        Denied("dots", Order, GetV1, "GET /v1/../admin"),
        Denied("dots at the end", Order, GetV1, "GET /v1/x/../.."),
        Denied("dots above the root", Order, GetV1, "GET /v1/../../../admin"),
        Allowed("single dots", Order, GetV1, "GET /./v1/./x/.")
            with { Forwarded = "GET /v1/x/ HTTP/1.1\r\nHost: server" },
        Allowed("doubled slashes", Order, GetV1, "GET //v1///x")
            with { Forwarded = "GET /v1/x HTTP/1.1\r\nHost: server" },
        Denied("slashes merged before dots", Order, GetV1, "GET /v1//../admin"),
        Allowed("escapes that stay", Order, GetV1, "GET /v1/%20%3f%c3%A9"),
        Denied("path that is only matched raw", Order, "[ { path: '/a/%2e%2e/b' } ]", "GET /a/%2e%2e/b"),
        Allowed("query", QueryAlone, GetV1, "GET /v1/x?a=%61//../%2F%5c"),
        Allowed("query with a normalised path", QueryAlone, GetV1, "GET /v1/%78?a=%61/../b//c")
            with { Forwarded = "GET /v1/x?a=%61/../b//c HTTP/1.1\r\nHost: server" },
        Redirected("escaped slash", AllPaths, "GET /v1/a%2Fb", "/v1/a/b"),
        Redirected("escaped slash in lower case", AllPaths, "GET /v1/a%2fb?c=%2f", "/v1/a/b?c=%2f"),
        Redirected("escaped slash with dots", AllPaths, "GET /v1/..%2f..%2fadmin", "/admin"),
        Redirected("escaped slash that no rule allows", GetV1, "GET /admin%2Fx", "/admin/x"),
        Redirected("escaped backslash", AllPaths, "GET /v1/a%5Cb", "/v1/a/b"),
        Redirected("escaped slash before a host", AllPaths, "GET /%2Fexample.org", "/example.org"),
        Redirected("escaped backslash before a host", AllPaths, "GET /%5Cexample.org/%5c", "/example.org/"),
        Redirected("escaped slash in the absolute form", AllPaths,
            "GET http://server/%2F%5cexample.org", "/example.org"),
        Allowed("escaped percent", NoEscapedSlash, AllPaths, "GET /v1/a%252Fb%255Cc"),
        Allowed("asterisk", Asterisk, "[ { method: OPTIONS, path: '\\*' } ]", "OPTIONS *"),
        Denied("asterisk that no rule allows", Asterisk, AllPaths, "OPTIONS *"),
        Allowed("absolute form of the asterisk", Asterisk,
            "[ { method: OPTIONS, path: '\\*' } ]", "OPTIONS http://server")
            with { Forwarded = "OPTIONS * HTTP/1.1\r\nHost: server" },
        Denied("asterisk of another method", Asterisk, "[ { path: '.*' } ]", "GET *", 400),
        Allowed("absolute form", AbsoluteForm, GetV1, "GET http://server/v1/x?a")
            with { Forwarded = "GET /v1/x?a HTTP/1.1\r\nHost: server" },
        Allowed("absolute form with a port", AbsoluteForm, GetV1, "GET HTTP://server:PORT/v1/x")
            with { Headers = "Host: server:PORT", Forwarded = "GET /v1/x HTTP/1.1\r\nHost: server:PORT" },
        Denied("absolute form that no rule allows", AbsoluteForm, GetV1, "GET http://server/v2"),
        Denied("absolute form of another host", AbsoluteForm, AllPaths, "GET http://other/v1/x", 400),
        Denied("absolute form of another port", AbsoluteForm, AllPaths, "GET http://server:81/v1/x", 400),
        Denied("absolute form with a user", AbsoluteForm, AllPaths, "GET http://server@other/v1/x", 400),
        Denied("absolute form of another scheme", AbsoluteForm, AllPaths, "GET ftp://server/v1/x", 400),
    ];

    private static ConformanceCase Redirected(string name, string rules, string request, string location) =>
        Denied(name, EscapedSlash, rules, request, 307) with { Location = location, Reason = $"307 to {location}:" };
}
