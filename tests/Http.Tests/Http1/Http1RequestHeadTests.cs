using System.Text;
using Jumpgate.Http.Http1;

namespace Jumpgate.Http.Tests.Http1;

public class Http1RequestHeadTests
{
    private const string Host = "Host: a\r\n";

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n", RequestRejection.NulByte)]
    [InlineData("GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n", RequestRejection.NulByte)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n", RequestRejection.BareCarriageReturn)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nX: a\r\r\n\r\n", RequestRejection.BareCarriageReturn)]
    [InlineData("GET /\r HTTP/1.1\r\nHost: a\r\n\r\n", RequestRejection.BareCarriageReturn)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nX: a\nY: b\r\n\r\n", RequestRejection.BadHeaderValue)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nX: \u0001\r\n\r\n", RequestRejection.BadHeaderValue)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nX: \u007f\r\n\r\n", RequestRejection.BadHeaderValue)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n", RequestRejection.FoldedHeader)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n\tfolded\r\n\r\n", RequestRejection.FoldedHeader)]
    [InlineData("GET / HTTP/1.1\r\n Host: a\r\n\r\n", RequestRejection.FoldedHeader)]
    [InlineData("GET / HTTP/1.1\r\nHost : a\r\n\r\n", RequestRejection.SpaceBeforeColon)]
    [InlineData("GET / HTTP/1.1\r\nHost\t: a\r\n\r\n", RequestRejection.SpaceBeforeColon)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n", RequestRejection.BadHeaderName)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n: empty\r\n\r\n", RequestRejection.BadHeaderName)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nX Y: z\r\n\r\n", RequestRejection.BadHeaderName)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nX\u00e9: z\r\n\r\n", RequestRejection.BadHeaderName)]
    [InlineData("GET / HTTP/1.1\r\nX: y\r\n\r\n", RequestRejection.MissingHost)]
    [InlineData("GET / HTTP/1.0\r\nX: y\r\n\r\n", RequestRejection.MissingHost)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", RequestRejection.RepeatedHost)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nhOST: b\r\n\r\n", RequestRejection.RepeatedHost)]
    [InlineData("GET / HTTP/1.1\r\nHost:\r\n\r\n", RequestRejection.BadHost)]
    [InlineData("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", RequestRejection.BadHost)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\u00e9\r\n\r\n", RequestRejection.BadHost)]
    [InlineData("GET / HTTP/1.1\r\nHost: a,b\r\n\r\n", RequestRejection.BadHost)]
    [InlineData("GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", RequestRejection.BadHost)]
    [InlineData("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", RequestRejection.BadHost)]
    [InlineData("GET /\r\n\r\n", RequestRejection.BadRequestLine)]
    [InlineData("GET\r\n\r\n", RequestRejection.BadRequestLine)]
    [InlineData(" GET / HTTP/1.1\r\nHost: a\r\n\r\n", RequestRejection.BadRequestLine)]
    [InlineData("GET / FTP/1.1\r\nHost: a\r\n\r\n", RequestRejection.BadRequestLine)]
    [InlineData("GET / http/1.1\r\nHost: a\r\n\r\n", RequestRejection.BadRequestLine)]
    [InlineData("GET / HTTP/1.1 \r\nHost: a\r\n\r\n", RequestRejection.BadRequestLine)]
    [InlineData("GET / HTTP/2.0\r\nHost: a\r\n\r\n", RequestRejection.UnsupportedVersion)]
    [InlineData("GET / HTTP/1.2\r\nHost: a\r\n\r\n", RequestRejection.UnsupportedVersion)]
    [InlineData("GET / HTTP/1.10\r\nHost: a\r\n\r\n", RequestRejection.UnsupportedVersion)]
    [InlineData("G(T / HTTP/1.1\r\nHost: a\r\n\r\n", RequestRejection.BadMethod)]
    [InlineData("G\u00e9T / HTTP/1.1\r\nHost: a\r\n\r\n", RequestRejection.BadMethod)]
    [InlineData("G\tT / HTTP/1.1\r\nHost: a\r\n\r\n", RequestRejection.BadMethod)]
    [InlineData("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", RequestRejection.BadTarget)]
    [InlineData("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", RequestRejection.BadTarget)]
    [InlineData("GET /  HTTP/1.1\r\nHost: a\r\n\r\n", RequestRejection.BadTarget)]
    [InlineData("GET /\u00e9 HTTP/1.1\r\nHost: a\r\n\r\n", RequestRejection.BadTarget)]
    [InlineData("GET /\u007f HTTP/1.1\r\nHost: a\r\n\r\n", RequestRejection.BadTarget)]
    [InlineData("GET /\t HTTP/1.1\r\nHost: a\r\n\r\n", RequestRejection.BadTarget)]
    public void Parse_HostileHead_IsRejected(string head, RequestRejection expected) =>
        Assert.Equal(expected, Parse(head, out _));

    [Theory]
    [InlineData(
        "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n", RequestRejection.ContentLengthWithTransferEncoding)]
    [InlineData(
        "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n", RequestRejection.ContentLengthWithTransferEncoding)]
    [InlineData("Content-Length: 1\r\nContent-Length: 1\r\n", RequestRejection.RepeatedContentLength)]
    [InlineData("Content-Length: 1\r\ncontent-length: 2\r\n", RequestRejection.RepeatedContentLength)]
    [InlineData("Content-Length: +1\r\n", RequestRejection.BadContentLength)]
    [InlineData("Content-Length: -1\r\n", RequestRejection.BadContentLength)]
    [InlineData("Content-Length: 1, 1\r\n", RequestRejection.BadContentLength)]
    [InlineData("Content-Length: 1 1\r\n", RequestRejection.BadContentLength)]
    [InlineData("Content-Length: 0x1\r\n", RequestRejection.BadContentLength)]
    [InlineData("Content-Length: 1.0\r\n", RequestRejection.BadContentLength)]
    [InlineData("Content-Length:\r\n", RequestRejection.BadContentLength)]
    [InlineData("Content-Length: 9223372036854775808\r\n", RequestRejection.BadContentLength)]
    [InlineData("Content-Length: 18446744073709551617\r\n", RequestRejection.BadContentLength)]
    [InlineData("Transfer-Encoding: gzip\r\n", RequestRejection.BadTransferEncoding)]
    [InlineData("Transfer-Encoding: gzip, chunked\r\n", RequestRejection.BadTransferEncoding)]
    [InlineData("Transfer-Encoding: chunked, identity\r\n", RequestRejection.BadTransferEncoding)]
    [InlineData("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", RequestRejection.BadTransferEncoding)]
    [InlineData("Transfer-Encoding: xchunked\r\n", RequestRejection.BadTransferEncoding)]
    [InlineData("Transfer-Encoding: \"chunked\"\r\n", RequestRejection.BadTransferEncoding)]
    [InlineData("Transfer-Encoding: chunked;q=1\r\n", RequestRejection.BadTransferEncoding)]
    [InlineData("Transfer-Encoding:\u000bchunked\r\n", RequestRejection.BadHeaderValue)]
    [InlineData("Transfer-Encoding:\r\n", RequestRejection.BadTransferEncoding)]
    [InlineData("Transfer-Encoding : chunked\r\n", RequestRejection.SpaceBeforeColon)]
    [InlineData("Connection: Host\r\n", RequestRejection.BadConnectionHeader)]
    [InlineData("Connection: close, content-LENGTH\r\n", RequestRejection.BadConnectionHeader)]
    [InlineData("Connection: transfer-encoding\r\n", RequestRejection.BadConnectionHeader)]
    [InlineData("Expect: 200-ok\r\n", RequestRejection.UnsupportedExpectation)]
    [InlineData("Expect: 100-continue\r\nExpect: 100-continue\r\n", RequestRejection.UnsupportedExpectation)]
    public void Parse_HostileField_IsRejected(string fields, RequestRejection expected) =>
        Assert.Equal(expected, Parse($"POST / HTTP/1.1\r\n{Host}{fields}\r\n", out _));

    [Fact]
    public void Parse_ChunkedInHttp10_IsRejected() => Assert.Equal(
        RequestRejection.BadTransferEncoding,
        Parse($"POST / HTTP/1.0\r\n{Host}Transfer-Encoding: chunked\r\n\r\n", out _));

    [Fact]
    public void Parse_MoreHeadersThanTheLimit_IsRejected()
    {
        var fields = string.Concat(Enumerable.Range(0, 200).Select(i => $"X-{i}: y\r\n"));
        Assert.Equal(RequestRejection.TooManyHeaders, Parse($"GET / HTTP/1.1\r\n{Host}{fields}\r\n", out _));
    }

    [Fact]
    public void Parse_AsManyHeadersAsTheLimit_IsAccepted()
    {
        var fields = string.Concat(Enumerable.Range(0, 199).Select(i => $"X-{i}: y\r\n"));
        Assert.Equal(RequestRejection.None, Parse($"GET / HTTP/1.1\r\n{Host}{fields}\r\n", out _));
    }

    [Fact]
    public void Parse_PlainRequest_HasItsParts()
    {
        Assert.Equal(
            RequestRejection.None, Parse("PATCH /a?b=c HTTP/1.1\r\nhost: \t a.b:80 \r\nX:\r\n\r\n", out var request));
        Assert.Equal("PATCH", request.Method.ToString());
        Assert.Equal("/a?b=c", request.Target.ToString());
        Assert.Equal("a.b:80", request.Authority.ToString());
        Assert.Equal("HTTP/1.1", request.Protocol);
        Assert.False(request.ExpectsContinue);
    }

    [Theory]
    [InlineData("Connection: Upgrade\r\nUpgrade: websocket\r\n", "websocket")]
    [InlineData("Upgrade: websocket\r\n", "")]
    [InlineData("Connection: Upgrade\r\nUpgrade: h2c\r\n", "")]
    [InlineData("Connection: Upgrade\r\nUpgrade: websocket, h2c\r\n", "")]
    [InlineData("Connection: Upgrade\r\nUpgrade: websocket\r\nUpgrade: H2C\r\n", "")]
    [InlineData("Connection: Upgrade\r\nUpgrade: TLS/1.2\r\n", "")]
    [InlineData("Connection: Upgrade\r\nUpgrade: HTTP/2.0\r\n", "")]
    public void Parse_Upgrade_OffersOnlyWhatIsNoHttp(string fields, string expected)
    {
        Assert.Equal(RequestRejection.None, Parse($"GET / HTTP/1.1\r\n{Host}{fields}\r\n", out var request));
        Assert.Equal(expected, request.Upgrade);
    }

    [Fact]
    public void Parse_SecondRequestAfterARejectedOne_SaysNothingOfTheFirst()
    {
        var request = new Http1RequestHead();
        var options = new HttpFilterOptions();
        request.Parse("POST /first HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n"u8, options);
        Assert.Equal(RequestRejection.BadMethod, request.Parse("(/ / HTTP/1.1\r\nHost: b\r\n\r\n"u8, options));
        Assert.Equal(string.Empty, request.Target.ToString());
        Assert.False(request.ExpectsContinue);
    }

    [Fact]
    public void StatusCode_EveryRejection_IsAClientOrVersionErrorWithWords()
    {
        foreach (var rejection in Enum.GetValues<RequestRejection>().Where(r => r != RequestRejection.None))
        {
            Assert.InRange(rejection.StatusCode(), 400, 505);
            Assert.NotEqual(string.Empty, rejection.Describe());
        }
    }

    private static RequestRejection Parse(string head, out Http1RequestHead request)
    {
        request = new Http1RequestHead();
        return request.Parse(Encoding.Latin1.GetBytes(head), new HttpFilterOptions());
    }
}
