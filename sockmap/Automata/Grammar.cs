namespace Jumpgate.Sockmap.Automata;

/// <summary>
/// What a canonical head is made of (RFC 9112, narrowed): where two readers could differ, or where the proxy does more
/// than forward, the automaton does not know.
/// </summary>
internal static class Grammar
{
    public static readonly ByteSet Token = ByteSet.Of(
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    public static readonly ByteSet Blank = ByteSet.Of(" \t"u8);
    public static readonly ByteSet Visible = ByteSet.Range(0x21, 0x7e);
    public static readonly ByteSet Value = Visible | Blank;
    public static readonly ByteSet Target = Visible & ~ByteSet.Of("%\\#"u8);
    public static readonly ByteSet Authority = Visible & ~ByteSet.Of("/\\@,"u8);
    public static readonly ByteSet Digit = ByteSet.Range((byte)'0', (byte)'9');

    /// <summary>Methods in the order of enum request_method; the first stands for all others.</summary>
    public static readonly string[] Methods = ["", "GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"];

    public const string Tunnel = "CONNECT";

    /// <summary>Request heads that carry one of these go to the proxy.</summary>
    public static readonly string[] LeftToProxy =
    [
        TransferEncoding, "te", "trailer", "expect", "upgrade", "http2-settings", "keep-alive", "proxy-connection",
        "proxy-authenticate", "proxy-authorization",
    ];

    public const string Host = "host";
    public const string ContentLength = "content-length";
    public const string TransferEncoding = "transfer-encoding";
    public const string Connection = "connection";

    /// <summary>Bytes that method and target treat differently.</summary>
    public static readonly ByteSet[] LineSets = [Token, Target, .. " /.?"u8.ToArray().Select(ByteSet.Of)];

    /// <summary>Bytes that fields treat differently, where the letters of these names matter.</summary>
    public static IEnumerable<ByteSet> FieldSets(IEnumerable<string> names) =>
    [
        Token, Blank, Visible, Authority, Digit, .. " \t\r\n:/.?019HTP"u8.ToArray().Select(ByteSet.Of),
        .. names.SelectMany(name => name).Distinct().Select(letter =>
            ByteSet.Of((byte)letter) | ByteSet.Of((byte)char.ToUpperInvariant(letter))),
    ];

    /// <summary>The same for a response's status line.</summary>
    public static IEnumerable<ByteSet> ResponseSets(IEnumerable<string> names) =>
        [.. FieldSets(names), .. "0123456789"u8.ToArray().Select(ByteSet.Of)];
}
