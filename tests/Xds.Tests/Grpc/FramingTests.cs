using System.Net;
using System.Text;
using Jumpgate.Grpc;
using Jumpgate.Grpc.Framing;
using Jumpgate.Xds.Tests.Clients;
using Jumpgate.Xds.Tests.Support;

namespace Jumpgate.Xds.Tests.Grpc;

/// <summary>What no client library would send.</summary>
public sealed class FramingTests : IAsyncLifetime
{
    private const string Unary = "/jumpgate.test.Kinds/Unary";
    private const string Duplex = "/jumpgate.test.Kinds/Duplex";
    private readonly KindsService _service = new();
    private EchoServer _server = null!;
    private HttpClient _http = null!;

    public async Task InitializeAsync()
    {
        _server = await EchoServer.StartAsync(new GrpcOptions(), _service.Create());
        _http = RawCall.Http(_server.Port);
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Message_ByteByByte_IsRead()
    {
        await using var call = RawCall.Open(_http, Duplex);
        foreach (var b in new byte[] { 0, 0, 0, 0, 2, (byte)'h', (byte)'i' })
        {
            await call.SendBytesAsync(new[] { b });
        }

        Assert.Equal("hi", Encoding.UTF8.GetString((await call.NextAsync())!.Value.Message));
    }

    [Fact]
    public async Task Messages_SeveralAtOnce_AreReadOneByOne()
    {
        await using var call = RawCall.Open(_http, Duplex);
        await call.SendBytesAsync(new byte[] { 0, 0, 0, 0, 1, (byte)'a', 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, (byte)'b' });

        Assert.Equal("a", Encoding.UTF8.GetString((await call.NextAsync())!.Value.Message));
        Assert.Empty((await call.NextAsync())!.Value.Message);
        Assert.Equal("b", Encoding.UTF8.GetString((await call.NextAsync())!.Value.Message));
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 0, 9, 1 }, StatusCode.Internal)]
    [InlineData(new byte[] { 0, 0 }, StatusCode.Internal)]
    [InlineData(new byte[] { 2, 0, 0, 0, 0 }, StatusCode.Internal)]
    [InlineData(new byte[] { 1, 0, 0, 0, 1, 7 }, StatusCode.Internal)]
    [InlineData(new byte[] { 0, 0x7f, 0, 0, 0 }, StatusCode.ResourceExhausted)]
    [InlineData(new byte[] { 0, 0xff, 0xff, 0xff, 0xff }, StatusCode.ResourceExhausted)]
    [InlineData(new byte[] { }, StatusCode.Internal)]
    [InlineData(new byte[] { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, StatusCode.Internal)]
    public async Task UnaryRequest_Malformed_EndsWithAStatus(byte[] bytes, StatusCode expected)
    {
        await using var call = RawCall.Open(_http, Unary);
        await call.SendBytesAsync(bytes);
        call.End();

        Assert.Equal(expected, (await call.StatusAsync()).Code);
    }

    [Fact]
    public async Task GzipThatIsNone_IsInternal()
    {
        await using var call = RawCall.Open(_http, Unary, "grpc-encoding: gzip");
        await call.SendAsync("no gzip"u8, flag: 1);
        call.End();

        Assert.Equal(StatusCode.Internal, (await call.StatusAsync()).Code);
    }

    [Fact]
    public async Task UnknownEncoding_IsUnimplemented_AndSaysWhatIsAccepted()
    {
        await using var call = RawCall.Open(_http, Unary, "grpc-encoding: snappy");
        await call.SendAsync("x"u8);
        call.End();

        Assert.Equal(StatusCode.Unimplemented, (await call.StatusAsync()).Code);
        Assert.Equal("identity,gzip", (await call.Response).Headers.GetValues("grpc-accept-encoding").Single());
    }

    [Fact]
    public async Task MalformedTimeout_IsInternal()
    {
        await using var call = RawCall.Open(_http, Unary, "grpc-timeout: soon");
        await call.SendAsync("x"u8);

        Assert.Equal(StatusCode.Internal, (await call.StatusAsync()).Code);
    }

    [Fact]
    public async Task Deadline_WhileTheClientIsSilent_EndsTheCall()
    {
        await using var call = RawCall.Open(_http, Duplex, "grpc-timeout: 100m");

        Assert.Equal(StatusCode.DeadlineExceeded, (await call.StatusAsync()).Code);
    }

    [Fact]
    public async Task OtherContentType_Is415()
    {
        using var content = new StringContent("hello");
        using var response = await _http.PostAsync(new Uri(Unary, UriKind.Relative), content);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    [Theory]
    [InlineData("1H", 36_000_000_000L)]
    [InlineData("2M", 1_200_000_000L)]
    [InlineData("3S", 30_000_000L)]
    [InlineData("4m", 40_000L)]
    [InlineData("5u", 50L)]
    [InlineData("150n", 2L)]
    [InlineData("99999999H", 99999999L * 36_000_000_000L)]
    public void Timeout_Valid_IsRead(string text, long ticks)
    {
        Assert.True(GrpcTimeout.TryParse(text, out var timeout));
        Assert.Equal(ticks, timeout.Ticks);
    }

    [Theory]
    [InlineData("")]
    [InlineData("S")]
    [InlineData("1")]
    [InlineData("-1S")]
    [InlineData("1.5S")]
    [InlineData("1s")]
    [InlineData("999999999S")]
    public void Timeout_Malformed_IsRefused(string text) => Assert.False(GrpcTimeout.TryParse(text, out _));
}
