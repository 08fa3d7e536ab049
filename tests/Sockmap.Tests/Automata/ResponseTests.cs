using System.Text;
using Jumpgate.Http;
using Jumpgate.Http.Http1;
using Jumpgate.Sockmap.Automata;

namespace Jumpgate.Sockmap.Tests.Automata;

/// <summary>How the kernel frames responses; where it does, the proxy would frame them so too.</summary>
public class ResponseTests
{
    private const string Chunked = "Transfer-Encoding: chunked\r\n";
    private static readonly HttpFilterOptions Options = new();
    private static readonly byte[] Table = [.. AutomatonCompiler.CompileResponses()];

    [Theory]
    [InlineData(Chunked)]
    [InlineData("transfer-encoding:chunked\r\n")]
    [InlineData("TRANSFER-ENCODING: \t CHUNKED \t\r\n")]
    [InlineData("Server: x\r\nTransfer-Encoding: Chunked\r\nConnection: keep-alive\r\n")]
    public void Walk_Chunked_IsKnown(string fields) => AssertSame(ResponseFraming.Chunked, 0, Ok(fields));

    [Theory]
    [InlineData("Content-Length: 0\r\n", 0)]
    [InlineData("X-Transfer-Encoding: chunked\r\nContent-Length: 17\r\n", 17)]
    [InlineData("Transfer-Encodings: gzip\r\nContent-Length: 17\r\n", 17)]
    public void Walk_ContentLength_IsKnown(string fields, uint length) =>
        AssertSame(ResponseFraming.Length, length, Ok(fields));

    [Theory]
    [InlineData("204 No Content")]
    [InlineData("304 Not Modified")]
    public void Walk_ChunkedWithoutABody_HasNone(string status) =>
        AssertSame(ResponseFraming.Length, 0, $"HTTP/1.1 {status}\r\n{Chunked}\r\n");

    [Theory]
    [InlineData("Transfer-Encoding: chunked, chunked\r\n")]
    [InlineData("Transfer-Encoding: gzip, chunked\r\n")]
    [InlineData("Transfer-Encoding: chunked, gzip\r\n")]
    [InlineData("Transfer-Encoding: chunked,\r\n")]
    [InlineData("Transfer-Encoding: ,chunked\r\n")]
    [InlineData("Transfer-Encoding: chunked;q=1\r\n")]
    [InlineData("Transfer-Encoding: chunked x\r\n")]
    [InlineData("Transfer-Encoding: \"chunked\"\r\n")]
    [InlineData("Transfer-Encoding: chunke\r\n")]
    [InlineData("Transfer-Encoding: chunkedd\r\n")]
    [InlineData("Transfer-Encoding: gzip\r\n")]
    [InlineData("Transfer-Encoding: identity\r\n")]
    [InlineData("Transfer-Encoding:\r\n")]
    [InlineData("Transfer-Encoding: \r\n chunked\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n ,gzip\r\n")]
    [InlineData("Transfer-Encoding : chunked\r\n")]
    [InlineData(" Transfer-Encoding: chunked\r\n")]
    [InlineData("Transfer-Encoding: chunked\n")]
    [InlineData("Transfer-Encoding: \vchunked\r\n")]
    [InlineData("Transfer-Encoding: chunked\0\r\n")]
    [InlineData(Chunked + Chunked)]
    [InlineData(Chunked + "Content-Length: 5\r\n")]
    [InlineData("Content-Length: 5\r\n" + Chunked)]
    [InlineData("Content-Length: 5\r\n" + "Transfer-Encoding: gzip\r\n")]
    [InlineData("Content-Length: 5\r\nContent-Length: 5\r\n")]
    [InlineData(Chunked + "Upgrade: x\r\n")]
    [InlineData(Chunked + "Trailer: X-Sum\r\n")]
    [InlineData("Server: x\r\n")]
    public void Walk_AnythingElse_IsTheProxys(string fields) => Assert.Equal(default, WalkOf(Ok(fields)));

    [Theory]
    [InlineData("HTTP/1.0 200 OK")]
    [InlineData("HTTP/1.1 100 Continue")]
    [InlineData("HTTP/1.1 101 Switching Protocols")]
    [InlineData("HTTP/1.1 2000 OK")]
    [InlineData("HTTP/2 200")]
    public void Walk_ChunkedOfAnotherKind_IsTheProxys(string line) =>
        Assert.Equal(default, WalkOf($"{line}\r\n{Chunked}\r\n"));

    [Fact]
    public void Walk_EachBeginning_IsTheProxys()
    {
        var whole = Ok(Chunked);
        for (var length = 0; length < whole.Length; length++)
        {
            Assert.Equal(default, WalkOf(whole[..length]));
        }
    }

    private static string Ok(string fields) => $"HTTP/1.1 200 OK\r\n{fields}\r\n";

    private static ResponseVerdict WalkOf(string message) =>
        AutomatonWalker.WalkResponse(Table, Encoding.Latin1.GetBytes(message));

    private static void AssertSame(ResponseFraming framing, uint length, string head)
    {
        Assert.Equal(new ResponseVerdict(framing, head.Length, length), WalkOf(head));
        var proxy = new Http1ResponseHead();
        Assert.True(proxy.TryParse(Encoding.Latin1.GetBytes(head), "GET", Options));
        var kind = framing == ResponseFraming.Chunked ? BodyKind.Chunked : length == 0
            ? BodyKind.None : BodyKind.Length;
        Assert.Equal(new MessageFraming(kind, length), proxy.Framing);
    }
}
