namespace Jumpgate.EnvoyConfig.Tests.Evaluation;

/// <summary>A connection between two parties, and mostly a request on it.</summary>
/// <param name="From">A workload's name, <c>host</c>, or an address.</param>
internal sealed record Question(string From, string To, ushort Port, ClientRequest? Request)
{
    public override string ToString() => $"{From} -> {To}:{Port}{(Request is null ? string.Empty : $" {Request}")}";
}

/// <summary>
/// Questions that meet the rules of <see cref="RandomPolicy"/>, and requests that try to get around them.
/// </summary>
internal sealed class RandomQuestion(Random random)
{
    private static readonly string[] Parties =
        ["alpha", "beta", "gamma", "alpha", "beta", "host", "203.0.113.5", "203.0.113.9", "203.0.113.200", "8.8.8.8",
            "198.51.100.1",
            "2001:db8::5", "2001:db8:1::5", "2001:db9::1"];

    private static readonly ushort[] Ports = [80, 80, 8080, 8080, 8081, 8082, 9090, 9090, 5432, 53, 443];

    private static readonly string[] Methods =
        ["GET", "GET", "GET", "POST", "POST", "HEAD", "PUT", "OPTIONS", "CONNECT", "get", "FROB", "DELETE", "PATCH"];

    private static readonly string[] Targets =
        ["/", "/v1/items", "/v1/items/42", "/v1/abc/items", "/a", "/a/b", "/b", "/A", "/v2/x", "/v1/items?q=1",
            "/a?q=1", "/pkg.Service/Get",
            "/pkg.Service/List", "/pkgxService/Get", "*", "/v1/", "/v1", "/v1/items?a//b/../c%2Fd", "/v1/items?%41"];

    /// <summary>Targets made of these are what normalisation is for, and what it must not be fooled by.</summary>
    private static readonly string[] Pieces =
        ["/", "/", "//", "/.", "/..", "/./", "/../", "/v1", "/items", "/a", "/b", "a", "%2e", "%2E%2e", "%2f", "%2F",
            "%5C", "%41", "%61", "%7e",
            "%7E", "%20", "%zz", "%", "%2", "%00", "%25", "%252e", "%%32%65", "%2%66", "%%32%66", "\\", "#f", "..", ".",
            "...", "?", "?q=1", "?x=%",
            "?%00", "?a\\b", "?\\", ";x=1", ":", "@", "+", "~", "%ff", "%c3%a9", "%C3%A9"];

    private static readonly (string Name, ushort Port)[] Servers =
        [("alpha", 8080), ("alpha", 9090), ("beta", 80), ("gamma", 8081)];

    private static readonly string[] Calls =
        ["/pkg.Service/Get", "/pkg.Service/Get", "/pkg.Service/List", "/pkgxService/Get", "/v1/items", "/a/b", "/A/b"];

    private static readonly string[] Hosts =
        ["a.test", "a.test", "a.test:80", "A.test", "b.test", "10.1.0.1:80", "10.1.0.2:80", "a.test:8080",
            "[fd00::1]:80"];

    private static readonly (string Name, string Value)[] Headers =
    [
        ("X-Token", "1"), ("x-token", "1"), ("X-Token", "2"), ("X-TOKEN", ""), ("X-Role", "admin"), ("X-Role", "Admin"),
            ("X-B", "yes no"),
        ("X-B", "yes  no"), ("x-b", ""), ("X-Forwarded-For", "10.1.0.1"), ("X-Request-Id", "7"), ("X-Empty", ""),
        ("User-Agent", "probe"),
        ("X-Forwarded-Proto", "https"), ("X-Envoy-Internal", "true"), ("X-Envoy-Original-Dst-Host", "10.1.0.2:80"),
        ("X-Tokens", "1"),
    ];

    public Question Next()
    {
        var from = Pick(Parties);
        var to = Pick(Parties);
        while (!IsWorkload(from) && !IsWorkload(to))
        {
            to = Pick(Parties);
        }

        return new Question(from, to, Pick(Ports), random.Next(8) == 0 ? null : Request());
    }

    /// <summary>
    /// A gRPC call to a workload. Its path names a method as clients make them; what is not such a name, no server has.
    /// </summary>
    public Question NextCall()
    {
        var headers = Enumerable.Range(0, Math.Max(0, random.Next(5) - 1)).Select(_ => Pick(Headers[..13])).ToList();
        var (to, port) = Pick(Servers);
        return new Question(Pick(Parties), to, port,
            new ClientRequest("POST", Pick(Calls), Pick(Hosts), Lower(headers), IsHttp2: true));
    }

    private static bool IsWorkload(string party) => party is "alpha" or "beta" or "gamma";

    private ClientRequest Request()
    {
        var headers = Enumerable.Range(0, Math.Max(0, random.Next(5) - 1)).Select(_ => Pick(Headers)).ToList();
        var http2 = random.Next(5) == 0;
        if (random.Next(6) == 0)
        {
            headers.Add(("Content-Type", random.Next(3) == 0 ? "application/grpc+proto" : "application/grpc"));
            return new ClientRequest("POST", random.Next(4) == 0
                ? Target() : "/pkg.Service/Get", Pick(Hosts), Lower(headers), http2);
        }

        var method = Pick(Methods);
        var target = method == "CONNECT" ? "a.test:80" : random.Next(8) == 0
            ? $"http://{Pick(Hosts)}{Target()}" : Target();
        var host = method == "CONNECT" ? target : Pick(Hosts);
        return new ClientRequest(method, http2 && target.StartsWith("http:", StringComparison.Ordinal)
            ? "/" : target, host,
            http2 ? Lower(headers) : headers, http2);
    }

    private string Target() => random.Next(2) == 0
        ? Pick(Targets)
        : "/" + string.Concat(Enumerable.Range(0, random.Next(1, 6)).Select(_ => Pick(Pieces)));

    private static List<(string Name, string Value)> Lower(List<(string Name, string Value)> headers) =>
        [.. headers.Select(h => (h.Name.ToLowerInvariant(), h.Value))];

    private T Pick<T>(T[] from) => from[random.Next(from.Length)];
}
