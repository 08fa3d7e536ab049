namespace Jumpgate.EndToEnd.Tests.Conformance;

internal static partial class HttpCases
{
    private const string Grpc =
        "gRPC: `POST` and path `/package.Service/Method`; denial is trailers-only, HTTP 200, `grpc-status: 7`";
    private const string GrpcSlash = "`%2F` and `%5C` in the path: `307` to the unescaped target (gRPC: status 7)";
    private const string Forbidden =
        "Denied: `403`, `text/plain`, 15 bytes `Access denied\\r\\n`, ..., connection stays usable";
    private const string Say =
        "[ { method: POST, path: '/pkg.Echo/Say' }, { method: GET, path: '/v1/.*', host: 'server:8080' } ]";
    private const string OnServer = "Host: server:8080";
    private const string GrpcOnServer = "Host: server:8080\r\nContent-Type: application/grpc";

    /// <summary>The same over HTTP/2. Status is HTTP's; gRPC is denied with 200.</summary>
    public static IEnumerable<ConformanceCase> Http2 => OverHttp2.Select(c => c with { IsHttp2 = true });

    private static IEnumerable<ConformanceCase> OverHttp2 =>
    [
        Allowed("h2 gRPC", Grpc, Say, "POST /pkg.Echo/Say") with { Headers = GrpcOnServer },
        Allowed("h2 gRPC with a suffix", Grpc, Say, "POST /pkg.Echo/Say") with { Headers = GrpcOnServer + "+proto" },
        Allowed("h2 gRPC normalised", Order, Say, "POST /pkg.Echo/../%70kg.Echo//Say")
            with { Headers = GrpcOnServer, Forwarded = $"POST /pkg.Echo/Say HTTP/2\r\n{GrpcOnServer}" },
        Denied("h2 gRPC another method", Grpc, Say, "POST /pkg.Echo/Other", 200) with { Headers = GrpcOnServer },
        Denied("h2 gRPC another service", Grpc, Say, "POST /pkg.Other/Say", 200)
            with { Headers = GrpcOnServer + "+json" },
        Denied("h2 gRPC in another case", Grpc, Say, "POST /pkg.echo/Say", 200) with { Headers = GrpcOnServer },
        Denied("h2 gRPC by GET", Grpc, Say, "GET /pkg.Echo/Say", 200) with { Headers = GrpcOnServer },
        Denied("h2 gRPC escaped slash", GrpcSlash, Say, "POST /pkg.Echo%2FSay", 200)
            with { Headers = GrpcOnServer, Reason = "escaped slash" },
        Denied("h2 gRPC escaped backslash", GrpcSlash, Say, "POST /pkg.Echo%5cSay", 200)
            with { Headers = GrpcOnServer, Reason = "escaped slash" },
        Denied("h2 grpc-web is plain HTTP", Forbidden, Say, "POST /pkg.Echo/Other")
            with { Headers = OnServer + "\r\nContent-Type: application/grpc-web" },
        Allowed("h2 GET", FullMatch, Say, "GET /v1/x?a=%61//..") with { Headers = OnServer },
        Denied("h2 GET denied", Forbidden, Say, "GET /v2/x") with { Headers = OnServer },
        Denied("h2 HEAD under GET", NoHead, Say, "HEAD /v1/x") with { Headers = OnServer },
        Denied("h2 host without its port", WholeHost, Say, "GET /v1/x") with { Headers = "Host: server" },
        Denied("h2 escaped dots", Order, Say, "GET /v1/%2e%2e/admin") with { Headers = OnServer },
        Denied("h2 escaped slash", EscapedSlash, Say, "GET /%2Fexample.org", 307)
            with { Headers = OnServer, Location = "/example.org" },
        Denied("h2 escaped backslash", EscapedSlash, Say, "GET /%5Cexample.org", 307)
            with { Headers = OnServer, Location = "/example.org" },
        Allowed("h2 escaped percent", NoEscapedSlash, Say, "GET /v1/a%252Fb") with { Headers = OnServer },
        Denied("h2 escape of no digits", BadRequest, Say, "GET /v1/%zz", 400)
            with { Headers = OnServer, Reason = "bad escape" },
        Denied("h2 escape cut off in the query", BadRequest, Say, "GET /v1/x?%4", 400)
            with { Headers = OnServer, Reason = "bad escape" },
        Denied("h2 gRPC bad escape is no gRPC answer", BadRequest, Say, "POST /pkg.Echo/%zz", 400)
            with { Headers = GrpcOnServer, Reason = "bad escape" },
        Audited("h2 audit, denied by L7", AuditMode, InAudit(L7("GET", Empire)), "PUT /")
            with { To = "stranger", Headers = OnServer },
        Denied("h2 audit, an escaped slash", EscapedSlash, InAudit(L7("GET", Empire)), "GET /a%2Fb", 307)
            with { To = "stranger", Headers = OnServer, Location = "/a/b" },
        Allowed("h2 foreign headers", Foreign, Say, "GET /v1/x")
            with { Headers = OnServer + "\r\nx-forwarded-for: 192.0.2.1\r\nx-envoy-original-dst-host: 192.0.2.1:1" },
        Denied("h2 X-Original-URL", Foreign, Say, "GET /admin")
            with { Headers = OnServer + "\r\nx-original-url: /v1/x" },
        Allowed("h2 headers", Spellings, "[ { headers: ['X-A: 1', 'X-B'] } ]", "GET /")
            with { Headers = OnServer + "\r\nx-a: 1\r\nx-b: 2" },
        Denied("h2 headers other value", Spellings, "[ { headers: ['X-A: 1', 'X-B'] } ]", "GET /")
            with { Headers = OnServer + "\r\nx-a: 2\r\nx-b: 2" },
        Allowed("h2 headerMatches REPLACE", Mismatch, Matches("name: X-A, value: v, mismatch: REPLACE"), "GET /")
            with { Headers = OnServer + "\r\nx-a: w", Forwarded = $"GET / HTTP/2\r\n{OnServer}\r\nx-a: v" },
        Allowed("h2 headerMatches ADD", Mismatch, Matches("name: X-A, value: v, mismatch: ADD"), "GET /")
            with { Headers = OnServer, Forwarded = $"GET / HTTP/2\r\n{OnServer}\r\nx-a: v" },
        Allowed("h2 headerMatches DELETE", Mismatch, Matches("name: X-A, value: v, mismatch: DELETE"), "GET /")
            with { Headers = OnServer + "\r\nx-a: w", Forwarded = $"GET / HTTP/2\r\n{OnServer}" },
        Allowed("h2 secret", Mismatch, Matches($"{Present}, mismatch: REPLACE"), "GET /")
            with { Headers = OnServer + "\r\nx-a: w", Forwarded = $"GET / HTTP/2\r\n{OnServer}\r\nx-a: {Secret}" },
        Denied("h2 secret missing", Unreadable, Matches($"{Missing}, mismatch: LOG"), "GET /")
            with { Headers = OnServer + "\r\nx-a: w" },
    ];
}
