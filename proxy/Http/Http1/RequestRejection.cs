namespace Jumpgate.Http.Http1;

/// <summary>Why a request head is refused before any rule is asked. Values name what was found.</summary>
public enum RequestRejection
{
    None = 0,
    BareLineFeed,
    BareCarriageReturn,
    NulByte,
    BadRequestLine,
    BadMethod,
    BadTarget,
    UnsupportedVersion,
    BadHeaderName,
    BadHeaderValue,
    SpaceBeforeColon,
    FoldedHeader,
    MissingHost,
    RepeatedHost,
    BadHost,
    RepeatedContentLength,
    BadContentLength,
    BadTransferEncoding,
    ContentLengthWithTransferEncoding,
    BadConnectionHeader,
    HeadTooLarge,
    TooManyHeaders,
    UnsupportedExpectation,
    BadChunk,
}

/// <summary>What a refused client gets.</summary>
public static class RequestRejectionExtensions
{
    public static int StatusCode(this RequestRejection rejection) => rejection switch
    {
        RequestRejection.UnsupportedVersion => 505,
        RequestRejection.HeadTooLarge or RequestRejection.TooManyHeaders => 431,
        RequestRejection.UnsupportedExpectation => 417,
        _ => 400,
    };

    /// <summary>The reason in words, for the log, the monitor and explain.</summary>
    public static string Describe(this RequestRejection rejection) => rejection switch
    {
        RequestRejection.None => "none",
        RequestRejection.BareLineFeed => "a line ends in a bare LF",
        RequestRejection.BareCarriageReturn => "a bare CR",
        RequestRejection.NulByte => "a NUL byte",
        RequestRejection.BadRequestLine => "the request line is malformed",
        RequestRejection.BadMethod => "the method is no token",
        RequestRejection.BadTarget => "the target is malformed",
        RequestRejection.UnsupportedVersion => "the version is neither HTTP/1.1 nor HTTP/1.0",
        RequestRejection.BadHeaderName => "a header name is no token",
        RequestRejection.BadHeaderValue => "a header value holds a control character",
        RequestRejection.SpaceBeforeColon => "white space before a header's colon",
        RequestRejection.FoldedHeader => "a folded header line",
        RequestRejection.MissingHost => "no Host",
        RequestRejection.RepeatedHost => "more than one Host",
        RequestRejection.BadHost => "Host holds a byte outside 0x21-0x7e or is empty",
        RequestRejection.RepeatedContentLength => "more than one Content-Length",
        RequestRejection.BadContentLength => "Content-Length is no plain number",
        RequestRejection.BadTransferEncoding => "Transfer-Encoding is not exactly chunked",
        RequestRejection.ContentLengthWithTransferEncoding => "Content-Length together with Transfer-Encoding",
        RequestRejection.BadConnectionHeader => "Connection names a header that frames the message",
        RequestRejection.HeadTooLarge => "the head is too large",
        RequestRejection.TooManyHeaders => "too many headers",
        RequestRejection.UnsupportedExpectation => "Expect is not 100-continue",
        RequestRejection.BadChunk => "the chunked body is malformed",
        _ => throw new ArgumentOutOfRangeException(nameof(rejection)),
    };
}
