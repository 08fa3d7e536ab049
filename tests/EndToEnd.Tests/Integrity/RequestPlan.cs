using System.Globalization;
using System.Text;

namespace Jumpgate.EndToEnd.Tests.Integrity;

internal enum RequestKind
{
    Get,
    Post,
    Head,
    /// <summary>Allowed for its header only.</summary>
    Header,
    /// <summary>The kernel does not judge a path with '%'.</summary>
    Encoded,
    Chunked,
    Expect,
    Forbidden,
    ForbiddenPost,
}

/// <summary>One request, as its seed has it.</summary>
internal sealed class RequestPlan
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz0123456789-_";

    private static readonly RequestKind[] Kinds =
    [
        .. Enumerable.Repeat(RequestKind.Get, 45), .. Enumerable.Repeat(RequestKind.Post, 20),
        .. Enumerable.Repeat(RequestKind.Head, 5), .. Enumerable.Repeat(RequestKind.Header, 8),
        .. Enumerable.Repeat(RequestKind.Encoded, 4), .. Enumerable.Repeat(RequestKind.Chunked, 5),
        .. Enumerable.Repeat(RequestKind.Expect, 3), .. Enumerable.Repeat(RequestKind.Forbidden, 6),
        .. Enumerable.Repeat(RequestKind.ForbiddenPost, 4),
    ];

    public RequestPlan(ulong seed, long connection, int sequence, bool mayForbid, bool isAlone)
    {
        var dice = new Dice(seed, connection, sequence, 1);
        Sequence = sequence;
        // One throw whatever may be: the server, which does not know, gets the same body.
        Kind = Kinds[dice.Below(Kinds.Length)] switch
        {
            RequestKind.Forbidden when !mayForbid => RequestKind.Get,
            RequestKind.ForbiddenPost when !mayForbid => RequestKind.Post,
            RequestKind.Expect when !isAlone => RequestKind.Post,
            var kind => kind,
        };
        HasBody = Kind is RequestKind.Post or RequestKind.Chunked or RequestKind.Expect or RequestKind.ForbiddenPost;
        var size = HasBody && !dice.Chance(5) ? dice.Size() : 0;
        // What is refused is read to its end only up to a limit.
        Body = Payload.Take(ref dice, Kind == RequestKind.ForbiddenPost ? Math.Min(size, 4096) : size);
        Method = Kind == RequestKind.Head ? "HEAD" : HasBody ? (dice.Chance(50) ? "POST" : "PUT") : "GET";
        Path = Kind switch
        {
            RequestKind.Header => "/team/",
            RequestKind.Encoded => "/v1/%C3%A9/",
            RequestKind.Forbidden or RequestKind.ForbiddenPost => "/secret/",
            _ => "/v1/",
        } + Word(ref dice);
        Extra = dice.Chance(30) ? $"X-Noise: {Word(ref dice)}\r\n" : "";
    }

    public int Sequence { get; }

    public RequestKind Kind { get; }

    public string Method { get; }

    public string Path { get; }

    public bool HasBody { get; }

    public ReadOnlyMemory<byte> Body { get; }

    public bool IsForbidden => Kind is RequestKind.Forbidden or RequestKind.ForbiddenPost;

    private string Extra { get; }

    /// <param name="order">Requests before this one on the connection that the server gets to see.</param>
    public byte[] Head(long connection, int order)
    {
        var head = new StringBuilder();
        head.Append(CultureInfo.InvariantCulture, $"{Method} {Path} HTTP/1.1\r\nHost: server\r\n{Extra}");
        head.Append(CultureInfo.InvariantCulture, $"X-Conn: {connection}\r\nX-Seq: {Sequence}\r\nX-Order: {order}\r\n");
        if (HasBody)
        {
            head.Append(
                CultureInfo.InvariantCulture, $"X-Sum: {Payload.Checksum(Body.Span)}\r\nX-Size: {Body.Length}\r\n");
        }

        head.Append(Kind switch
        {
            RequestKind.Header => "X-Team: blue\r\n",
            RequestKind.Chunked => "Transfer-Encoding: chunked\r\n",
            RequestKind.Expect => "Expect: 100-continue\r\n",
            _ => "",
        });
        if (HasBody && Kind != RequestKind.Chunked)
        {
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {Body.Length}\r\n");
        }

        return Encoding.ASCII.GetBytes(head.Append("\r\n").ToString());
    }

    public override string ToString() => $"request {Sequence} ({Kind}, {Method} {Path}, {Body.Length} bytes)";

    private static string Word(ref Dice dice)
    {
        var letters = new char[1 + dice.Below(dice.Chance(5) ? 300 : 20)];
        foreach (ref var letter in letters.AsSpan())
        {
            letter = Alphabet[dice.Below(Alphabet.Length)];
        }

        return new string(letters);
    }
}
