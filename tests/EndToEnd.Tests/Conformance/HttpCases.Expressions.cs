namespace Jumpgate.EndToEnd.Tests.Conformance;

internal static partial class HttpCases
{
    private const string FullMatch = "regular expressions ..., full match, case-sensitive";
    private const string PathAndQuery = "`path` is matched against path *and* query, after normalisation";
    private const string WholeHost = "`host` against the whole authority, port included";
    private const string NoHead = "`GET` does not cover `HEAD`";
    private const string Connect =
        "`CONNECT` needs a rule whose `method` matches it; `http: []` and `[{}]` do not cover it";

    private static IEnumerable<ConformanceCase> Expressions =>
    [
        Allowed("method", FullMatch, GetV1, "GET /v1/x"),
        Denied("method in lower case", FullMatch, GetV1, "get /v1/x"),
        Denied("method matched in part", FullMatch, GetV1, "GETS /v1/x"),
        Denied("HEAD under GET", NoHead, GetV1, "HEAD /v1/x"),
        Allowed("HEAD named", NoHead, "[ { method: 'GET|HEAD' } ]", "HEAD /v1/x"),
        Denied("path matched in part at its end", FullMatch, "[ { path: /v1 } ]", "GET /v1/x"),
        Denied("path matched in part at its start", FullMatch, "[ { path: /v1 } ]", "GET /x/v1"),
        Allowed("path exact", FullMatch, "[ { path: /v1 } ]", "GET /v1"),
        Denied("path in another case", FullMatch, "[ { path: /v1 } ]", "GET /V1"),
        Denied("path without the query", PathAndQuery, "[ { path: /v1 } ]", "GET /v1?a=1"),
        Allowed("path with the query", PathAndQuery, "[ { path: '/v1\\?a=[0-9]+' } ]", "GET /v1?a=1"),
        Denied("path alternatives are anchored", FullMatch, "[ { path: '/a|/b' } ]", "GET /a/b"),
        Allowed("empty conditions", "Empty = no condition (warn)",
            "[ { method: '', path: '', host: '', headers: [X-A] } ]", "PUT /any")
            with { Headers = "Host: a\r\nX-A: 1" },
        Allowed("host", WholeHost, "[ { host: 'server:8080' } ]", "GET /") with { Headers = "Host: server:8080" },
        Denied("host without its port", WholeHost, "[ { host: 'server' } ]", "GET /")
            with { Headers = "Host: server:8080" },
        Denied("host in another case", WholeHost, "[ { host: 'server' } ]", "GET /") with { Headers = "Host: Server" },
        Denied("host matched in part", WholeHost, "[ { host: 'server' } ]", "GET /")
            with { Headers = "Host: server.evil" },
    ];
}
