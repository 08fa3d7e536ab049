namespace Jumpgate.EndToEnd.Tests.Conformance;

internal static partial class HttpCases
{
    private const string L4Shadows =
        "An L4 allow without L7 rules for the same peer and port (also through a range, ANY, an entity, another selector) makes the L7 "
        + "rules there irrelevant for that peer";
    private const string Union =
        "L7 rule lists of several documents for the same port and peer are united: one match is enough";
    private const string EmptyList = "`http: []` allows everything; `http: [{}]` allows everything and records it";
    private const string OtherPorts = "A port with L7 rules does not open other ports; those stay dropped at L4";
    private const string Foreign =
        "`X-Forwarded-For`, `x-envoy-original-dst-host` and their like never influence identity or destination";

    private static IEnumerable<ConformanceCase> Layers =>
    [
        Allowed("L4 allow by an entity", L4Shadows,
            GetAnd("fromEntities: [cluster]", "port: 'PORT', protocol: TCP"), "PUT /"),
        Allowed("L4 allow by a range", L4Shadows,
            GetAnd(Empire, "port: 'PORT', endPort: NEXT, protocol: TCP"), "PUT /"),
        Allowed("L4 allow by ANY", L4Shadows, GetAnd(Empire, "port: 'PORT', protocol: ANY"), "PUT /"),
        Allowed("L4 allow by another selector", L4Shadows,
            GetAnd("fromEndpoints: [{}]", "port: 'PORT', protocol: TCP"), "PUT /"),
        Allowed("L4 allow for every peer", L4Shadows, GetAnd(null, "port: 'PORT', protocol: TCP"), "PUT /"),
        Allowed("L4 allow asks for no normalisation", L4Shadows,
            GetAnd("fromEndpoints: [{}]", "port: 'PORT', protocol: TCP"), "GET /a%2Fb/../c"),
        Denied("L4 allow for another peer", L4Shadows, GetAnd(Alliance, "port: 'PORT', protocol: TCP"), "PUT /"),
        Allowed("L4 allow for that peer", L4Shadows, GetAnd(Alliance, "port: 'PORT', protocol: TCP"), "PUT /")
            with { From = "stranger" },
        Dropped("L4 allow on another port", L4Shadows, GetAnd(Alliance, "port: 'NEXT', protocol: TCP"), "GET /")
            with { From = "stranger" },
        Allowed("united, first", Union, L7("GET", Empire) + "---\n" + L7("PUT", "fromEndpoints: [{}]"), "GET /"),
        Allowed("united, second", Union, L7("GET", Empire) + "---\n" + L7("PUT", "fromEndpoints: [{}]"), "PUT /"),
        Denied("united, neither", Union, L7("GET", Empire) + "---\n" + L7("PUT", "fromEndpoints: [{}]"), "POST /"),
        Denied("united, of another peer", Union, L7("GET", Empire) + "---\n" + L7("PUT", Alliance), "PUT /"),
        Allowed("united with an empty list", Union, L7("GET", Empire) + "---\n" + L7("[]", Empire), "PUT /"),
        Allowed("empty list", EmptyList, "[]", "PATCH /any?thing"),
        Allowed("list of nothing", EmptyList, Everything, "PATCH /any?thing"),
        Redirected("empty list normalises", "[]", "GET /a%2Fb", "/a/b"),
        Allowed("united with an empty list normalises", EmptyList,
            L7("GET", Empire) + "---\n" + L7("[]", Empire), "PUT /a/../b")
            with { Forwarded = "PUT /b HTTP/1.1\r\nHost: server" },
        Denied("CONNECT under an empty list", Connect, "[]", "CONNECT server:PORT")
            with { Headers = "Host: server:PORT" },
        Denied("CONNECT under a list of nothing", Connect, Everything, "CONNECT server:PORT")
            with { Headers = "Host: server:PORT" },
        Denied("CONNECT under a path", Connect, "[ { path: '.*' } ]", "CONNECT server:PORT")
            with { Headers = "Host: server:PORT" },
        Allowed("CONNECT", Connect, "[ { method: CONNECT } ]", "CONNECT server:PORT")
            with { Headers = "Host: server:PORT" },
        Allowed("CONNECT matched by any method", Connect, "[ { method: '.*' } ]", "CONNECT server:PORT")
            with { Headers = "Host: server:PORT" },
        Denied("CONNECT to another Host", AbsoluteForm, "[ { method: '.*' } ]", "CONNECT server:1", 400)
            with { Headers = "Host: server:PORT" },
        Dropped("another port", OtherPorts, GetV1, "GET /v1/x") with { PortOffset = 1 },
        Dropped("another peer", OtherPorts, GetV1, "GET /v1/x") with { From = "stranger" },
    ];

    private static IEnumerable<ConformanceCase> ForeignHeaders =>
    [
        Dropped("X-Forwarded-For of an allowed peer", Foreign, GetV1, "GET /v1/x")
            with { From = "stranger", Headers = "Host: a\r\nX-Forwarded-For: client" },
        Allowed("X-Forwarded-For of a dropped peer", Foreign, GetV1, "GET /v1/x") with
        {
            Headers = "Host: a\r\nX-Forwarded-For: 192.0.2.1\r\nForwarded: for=192.0.2.1\r\nX-Real-IP: 192.0.2.1\r\nVia: 1.1 a\r\n"
                + "x-envoy-external-address: 192.0.2.1",
        },
        Allowed("x-envoy-original-dst-host", Foreign, GetV1, "GET /v1/x") with
        {
            Headers = "Host: a\r\nx-envoy-original-dst-host: 192.0.2.1:1\r\nX-Forwarded-Host: b\r\n"
                + "X-Forwarded-Port: 1\r\nX-Forwarded-Proto: https",
        },
        Denied("X-Original-URL", Foreign, GetV1, "GET /admin")
            with { Headers = "Host: a\r\nX-Original-URL: /v1/x\r\nX-Envoy-Original-Path: /v1/x" },
        Denied("X-HTTP-Method-Override", Foreign, GetV1, "PUT /v1/x")
            with { Headers = "Host: a\r\nX-HTTP-Method-Override: GET" },
        Denied("X-Forwarded-Host", Foreign, "[ { host: 'a' } ]", "GET /")
            with { Headers = "Host: b\r\nX-Forwarded-Host: a" },
    ];

    private static IEnumerable<ConformanceCase> BothSides =>
    [
        Allowed("egress", BothMustAllow, EgressOnly, "GET /x") with { From = "server", To = "client" },
        Denied("egress, denied by L7", BothMustAllow, EgressOnly, "PUT /x") with { From = "server", To = "client" },
        Allowed("both sides", BothMustAllow, Egress("GET|PUT") + "---\n" + L7("GET|POST", Empire), "GET /./x")
            with { From = "server", To = "client", Forwarded = "GET /x HTTP/1.1\r\nHost: server" },
        Denied("both sides, ingress does not", BothMustAllow,
            Egress("GET|PUT") + "---\n" + L7("GET|POST", Empire), "PUT /")
            with { From = "server", To = "client" },
        Denied("both sides, egress does not", BothMustAllow,
            Egress("GET|PUT") + "---\n" + L7("GET|POST", Empire), "POST /")
            with { From = "server", To = "client" },
        Dropped("both sides, ingress drops", BothMustAllow, Egress("GET") + "---\n" + L7("GET", Alliance), "PUT /")
            with { From = "server", To = "client" },
    ];

    private static IEnumerable<ConformanceCase> Bodies =>
    [
        Allowed("body", Forbidden, "[ { method: POST } ]", "POST /")
            with { Headers = "Host: a\r\nContent-Length: 5", Body = "GET /" },
        Denied("body of a denied request", Forbidden, "[ { method: POST } ]", "PUT /")
            with { Headers = "Host: a\r\nContent-Length: 36",
                Body = "POST / HTTP/1.1\r\nHost: a\r\nX-A: 12\r\n\r\n"[..36] },
        Denied("chunked body of a denied request", Forbidden, "[ { method: POST } ]", "PUT /")
            with { Headers = "Host: a\r\nTransfer-Encoding: chunked", Body = "5;a=b\r\nPOST \r\n0\r\nX-T: 1\r\n\r\n" },
        Redirected("body of an escaped slash", "[ { method: POST } ]", "POST /a%2Fb", "/a/b")
            with { Headers = "Host: a\r\nContent-Length: 5", Body = "POST " },
    ];

    private const string BothMustAllow =
        "the sender's egress and the receiver's ingress must both allow; an L3/L4 drop on either side comes before any L7 answer";
    private const string Empire = "fromEndpoints: [ { matchLabels: { org: empire } } ]";
    private const string Alliance = "fromEndpoints: [ { matchLabels: { org: alliance } } ]";

    private static string L7(string method, string peers) => $$"""
        ingress:
          - {{peers}}
            toPorts:
              - ports: [ { port: 'PORT', protocol: TCP } ]
                rules: { http: {{(method == "[]" ? "[]" : $"[ {{ method: {method} }} ]")}} }

        """;

    /// <summary>The receiver allows it at L4.</summary>
    private static string EgressOnly => Egress("GET") + "---\n" + """
        ingress:
          - toPorts: [ { ports: [ { port: 'PORT', protocol: TCP } ] } ]

        """;

    /// <summary>The server's egress to the empire.</summary>
    private static string Egress(string method) => "# egress\n" + L7(method, Empire)
        .Replace("ingress:", "egress:", StringComparison.Ordinal)
        .Replace("fromEndpoints", "toEndpoints", StringComparison.Ordinal);

    /// <summary>GET for the empire, and an L4 allow for those peers (null: for all).</summary>
    private static string GetAnd(string? peers, string port) => L7("GET", Empire) + "---\n" + $$"""
        ingress:
          - {{(peers is null ? "" : peers + "\n    ")}}toPorts: [ { ports: [ { {{port}} } ] } ]

        """;

    private static ConformanceCase Dropped(string name, string sentence, string rules, string request) =>
        new() { Name = name, Sentence = sentence, Rules = rules, Request = request, Verdict = "DROPPED", Status = 0 };
}
