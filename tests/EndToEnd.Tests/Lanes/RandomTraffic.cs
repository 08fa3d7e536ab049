using System.Globalization;
using System.Text;

namespace Jumpgate.EndToEnd.Tests.Lanes;

/// <summary>
/// Rule sets, and requests that meet them. A client repeats itself: mostly the fields of a request are those of the one
/// before, under another method and target.
/// </summary>
internal sealed class RandomTraffic(Random random)
{
    /// <summary>Every rule set allows it.</summary>
    public const string Warm = "/warm";

    private static readonly string[] MethodRules = ["", "", "GET", "GET", "POST|PUT", "HEAD", "[A-Z]+"];

    private static readonly string[] PathRules =
    [
        "", "/", "/v1/.*", "/(v1|a|b).*", "/v1/[a-z]+", "/v1/items/[0-9]{1,3}", "/(a|b)*", "/q\\?.*", "/.{0,3}",
            "/[^/]*", ".*=1", "/v2/.*",
    ];

    private static readonly string[] HostRules = ["", "", "", "server", "[a-z]+", "other"];

    private static readonly string[] HeaderRules = ["X-A: 1", "X-A: 2", "X-A", "x-b: yes no", "X-B"];

    private static readonly string[] Methods = ["GET", "GET", "GET", "POST", "PUT", "HEAD", "get", "OPTIONS"];

    private static readonly string[] Targets =
    [
        "/", "/a", "/b", "/ab", "/c", "/v1/abc", "/v1/items/42", "/v1/items/4242", "/v1/items", "/v2/x", "/q?x=1",
            "/q", "/x?y=1",
        "/", "/a", "/b", "/v1/abc", "/v1/items/42", "/v2/x", "/q?x=1", "/v1//x", "/v1/../v2/x", "/v1/%61bc",
        "/v1/a%2Fb", "http://server/v1/abc", "*", "/v1/a#b", "/v1\\x",
    ];

    private static readonly string[] Lines =
    [
        "X-A: 1", "x-a:1", "X-A:  1 ", "X-A: 2", "X-A: 1, 1", "X-B: yes no", "X-B: ", "X-B:yes  no", "Accept: */*",
            "Cookie: a=b; c=d",
        "User-Agent: curl/8.0", "Connection: keep-alive",
    ];

    /// <summary>What the kernel leaves to the proxy, and what nobody takes.</summary>
    private static readonly string[] RareLines =
    [
        "Connection: X-A", "Connection: close", "TE: trailers", "Keep-Alive: 5", "X-A : 1", " X-A: 1",
        "Proxy-Connection: keep-alive",
    ];

    private string[] _fields = [];

    /// <summary>Elements of <c>rules.http</c>.</summary>
    public string Rules() => string.Join(
        ", ", Enumerable.Range(0, random.Next(1, 6)).Select(_ => Rule()).Prepend($"{{ path: '{Warm}' }}"));

    public (string Text, bool IsHead) Request()
    {
        if (_fields.Length == 0 || random.Next(10) < 3)
        {
            _fields = [.. Enumerable.Range(0, random.Next(5))
                .Select(_ => Pick(random.Next(25) == 0 ? RareLines : Lines))];
        }

        var method = Pick(Methods);
        var body = random.Next(4) switch
        {
            0 => "a"[..random.Next(2)],
            1 => new string('b', random.Next(2000)),
            _ => null,
        };
        var framing = body is null ? ""
            : random.Next(8) == 0 ? "Transfer-Encoding: chunked\r\n"
            : string.Create(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n");
        var text = new StringBuilder($"{method} {Pick(Targets)} HTTP/1.1\r\nHost: server\r\n{framing}");
        foreach (var line in _fields)
        {
            text.Append(line).Append("\r\n");
        }

        text.Append("\r\n").Append(framing.StartsWith('T') ? Chunked(body!) : body);
        return (text.ToString(), method == "HEAD");
    }

    private static string Chunked(string body) =>
        body.Length == 0 ? "0\r\n\r\n" : $"{body.Length:x}\r\n{body}\r\n0\r\n\r\n";

    private string Rule()
    {
        var parts = new List<string>();
        Add("method", Pick(MethodRules));
        Add("path", Pick(PathRules));
        Add("host", Pick(HostRules));
        var headers = Enumerable.Range(0, Math.Max(0, random.Next(4) - 1)).Select(_ => $"'{Pick(HeaderRules)}'")
            .Distinct();
        parts.Add($"headers: [ {string.Join(", ", headers)} ]");
        return $"{{ {string.Join(", ", parts)} }}";

        void Add(string name, string expression)
        {
            if (expression.Length > 0)
            {
                parts.Add($"{name}: '{expression}'");
            }
        }
    }

    private T Pick<T>(T[] from) => from[random.Next(from.Length)];
}
