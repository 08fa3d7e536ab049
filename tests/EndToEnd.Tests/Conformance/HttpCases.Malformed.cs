namespace Jumpgate.EndToEnd.Tests.Conformance;

internal static partial class HttpCases
{
    private const string BadRequest = "`400` and the connection closed";
    private const string Everything = "[ {} ]";

    private static IEnumerable<ConformanceCase> Malformed =>
    [
        Bad("NUL in the target", "GET /a\0b", "NUL"),
        Bad("NUL in a header", "GET /", "NUL") with { Headers = "Host: a\r\nX-A: 1\02" },
        Bad("%00 in the path", "GET /a%00", "%00"),
        Bad("%00 in the query", "GET /a?b=%00", "%00"),
        Bad("bare CR in a header", "GET /", "bare CR") with { Headers = "Host: a\r\nX-A: 1\r2" },
        Bad("bare CR in the target", "GET /a\rb", "bare CR"),
        Bad("bare LF between headers", "GET /", "") with { Headers = "Host: a\nX-A: 1" },
        Bad("bare LF in the target", "GET /a\nb", ""),
        Bad("escape cut off", "GET /a%4", "bad escape"),
        Bad("escape of no digits", "GET /a%zz", "bad escape"),
        Bad("escape cut off in the query", "GET /a?b=%", "bad escape"),
        Bad("raw backslash", "GET /a\\b", "raw \\"),
        Bad("raw hash", "GET /a#b", "raw #"),
        Bad("blank in the target", "GET /a b", "target"),
        Bad("tab in the target", "GET /a\tb", "target"),
        Bad("byte above 0x7e in the target", "GET /\u00e9", "target"),
        Bad("DEL in the target", "GET /\u007f", "target"),
        Bad("byte above 0x7e in Host", "GET /", "Host") with { Headers = "Host: \u00e9" },
        Bad("blank in Host", "GET /", "Host") with { Headers = "Host: a b" },
        Bad("empty Host", "GET /", "Host") with { Headers = "Host:" },
        Bad("two Hosts", "GET /", "more than one Host") with { Headers = "Host: a\r\nHost: a" },
        Bad("two Hosts in two cases", "GET /", "more than one Host") with { Headers = "Host: a\r\nhOST: b" },
        Bad("no Host", "GET /", "") with { Headers = "X-A: 1", CanBeExplained = false },
        Bad("no header at all", "GET /", "") with { Headers = "", CanBeExplained = false },
        Bad("Content-Length with Transfer-Encoding", "POST /", "together")
            with { Headers = "Host: a\r\nContent-Length: 0\r\nTransfer-Encoding: chunked" },
        Bad("Content-Length repeated", "POST /", "more than one Content-Length")
            with { Headers = "Host: a\r\nContent-Length: 0\r\nContent-Length: 0" },
        Bad("Content-Length as a list", "POST /", "Content-Length")
            with { Headers = "Host: a\r\nContent-Length: 0, 0" },
        Bad("Content-Length with a sign", "POST /", "Content-Length")
            with { Headers = "Host: a\r\nContent-Length: +0" },
        Bad("Transfer-Encoding unknown", "POST /", "Transfer-Encoding")
            with { Headers = "Host: a\r\nTransfer-Encoding: gzip, chunked" },
        Bad("Transfer-Encoding repeated", "POST /", "Transfer-Encoding")
            with { Headers = "Host: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked" },
        Bad("obs-fold", "GET /", "folded") with { Headers = "Host: a\r\nX-A: 1\r\n 2" },
        Bad("obs-fold by a tab", "GET /", "folded") with { Headers = "Host: a\r\nX-A: 1\r\n\t2" },
        Bad("space before a colon", "GET /", "colon") with { Headers = "Host: a\r\nX-A : 1" },
        Bad("space before Content-Length's colon", "POST /", "colon")
            with { Headers = "Host: a\r\nContent-Length : 0" },
        Bad("header without a colon", "GET /", "") with { Headers = "Host: a\r\nX-A" },
        Bad("method that is no token", "G(T /", "method"),
    ];

    private static ConformanceCase Bad(string name, string request, string reason) =>
        Denied(name, BadRequest, Everything, request, 400) with { Reason = reason };
}
