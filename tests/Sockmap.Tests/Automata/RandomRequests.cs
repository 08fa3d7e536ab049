using System.Text;

namespace Jumpgate.Sockmap.Tests.Automata;

/// <summary>Requests: good ones, and good ones with something done to them.</summary>
internal sealed class RandomRequests(Random random)
{
    private static readonly string[] Methods =
        ["GET", "GET", "GET", "POST", "PUT", "HEAD", "get", "CONNECT", "OPTIONS", "PATCH"];

    private static readonly string[] Targets =
    [
        "/", "/v1/", "/v1/abc", "/v1/items/42", "/v1/items/4242", "/abcbd", "/x.y", "/xzy", "/q?x=1",
            "/q?a//b/../c", "/ABC",
        "/abc", "/v1", "/v2/a/b/c", "/v1//x", "/v1/../x", "/v1/./x", "/.hidden", "/a%62c", "/a%2Fb",
        "/v1/items?x=%41", "*",
        "http://a.test/v1/", "a.test:80", "/aaa", "/v1/a#b", "/v1\\x", "/v1/a..b", "/v1/...", "",
    ];

    private static readonly string[] Hosts =
        ["a.test", "a.test:80", " a.test ", "\ta.test", "A.TEST", "b.test", "a.test/x", "a@b", "", "a b", "a,b"];

    private static readonly string[] Lines =
    [
        "X-A: 1", "x-a:1", "X-A:  1 ", "X-A: 2", "X-A: 1 and more", "X-B: yes no", "X-B: yes no doubt",
            "X-B:yes  no", "X-B: ",
        "X-Forwarded-For: 10.0.0.1",
        "Content-Length: 0", "Content-Length: 3", "content-length:\t12 ", "Content-Length: 007",
        "Content-Length: 123456789",
        "Content-Length: 3, 3", "Content-Length: +3", "Content-Length:", "Transfer-Encoding: chunked",
        "Connection: close",
        "Connection: keep-alive", "Connection: Keep-Alive ", "Connection: X-A", "Connection: keep-alive, X-A",
        "Connection:",
        "Keep-Alive: 5", "Expect: 100-continue", "Upgrade: websocket", "TE: trailers", "Accept: */*",
        "User-Agent: curl/8.0",
        "X-AB:", "X-A : 1", " X-A: 1", ": x", "X-Long: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "Cookie: a=b; c=d",
        "Proxy-Connection: keep-alive", "X-A: \u00e9", "Trailer: X-A", "HTTP2-Settings: x", "Hosts: x", "Hos: y",
    ];

    public byte[] Next()
    {
        var text = new StringBuilder();
        text.Append(Pick(Methods)).Append(' ').Append(Pick(Targets)).Append(Rarely() ? " HTTP/1.0" : " HTTP/1.1")
            .Append("\r\n");
        var lines = new List<string>();
        for (var count = random.Next(4); count > 0; count--)
        {
            lines.Add(Pick(Lines));
        }

        lines.Insert(random.Next(lines.Count + 1), $"Host: {(Rarely() ? Pick(Hosts) : Hosts[random.Next(2)])}");
        if (Rarely())
        {
            lines.Add(Pick(lines.ToArray()));
        }

        if (Rarely())
        {
            lines.RemoveAt(random.Next(lines.Count));
        }

        foreach (var line in lines)
        {
            text.Append(line).Append("\r\n");
        }

        text.Append("\r\n").Append("abc"[..random.Next(4)]);
        var bytes = Encoding.Latin1.GetBytes(text.ToString()).ToList();
        for (var mutations = random.Next(3) == 0 ? random.Next(1, 3) : 0; mutations > 0; mutations--)
        {
            Mutate(bytes);
        }

        return [.. bytes];
    }

    private void Mutate(List<byte> bytes)
    {
        if (bytes.Count == 0)
        {
            return;
        }

        var at = random.Next(bytes.Count);
        ReadOnlySpan<byte> hostile = "\r\n\0\t :;/.%\\#?ABab01\x7f\x80\xff"u8;
        switch (random.Next(4))
        {
            case 0:
                bytes[at] = hostile[random.Next(hostile.Length)];
                break;
            case 1:
                bytes.Insert(at, hostile[random.Next(hostile.Length)]);
                break;
            case 2:
                bytes.RemoveAt(at);
                break;
            default:
                bytes[at] = (byte)random.Next(256);
                break;
        }
    }

    private bool Rarely() => random.Next(8) == 0;

    private T Pick<T>(T[] from) => from[random.Next(from.Length)];
}
