using Jumpgate.Http.Observation;
using Jumpgate.Http.Tests.Support;

namespace Jumpgate.Http.Tests.Http2;

/// <summary>gRPC's own client and server with the filter between them.</summary>
public class GrpcTests
{
    [Theory]
    [InlineData("print(channel.unary_unary('/jumpgate.Allowed/Unary')(b'hi'))", "b'<hi>'\n")]
    [InlineData("print(list(channel.unary_stream('/jumpgate.Allowed/Stream')(b'x')))", "[b'x0', b'x1', b'x2', b'x3', b'x4']\n")]
    [InlineData("print(channel.stream_unary('/jumpgate.Allowed/Collect')(iter([b'a', b'b', b'c'])))", "b'a,b,c'\n")]
    [InlineData(
        "print(list(channel.stream_stream('/jumpgate.Allowed/Bidi')(iter([b'a', b'b']))))", "[b'A', b'B']\n")]
    [InlineData("print(channel.unary_unary('/jumpgate.Allowed/Unary').with_call(b'')[1].trailing_metadata()[0].value)", "kept\n")]
    [InlineData("print(len(channel.unary_unary('/jumpgate.Allowed/Unary')(b'x' * 3000000)))", "3000002\n")]
    public async Task Call_AllowedKind_ArrivesWhole(string script, string expected)
    {
        using var server = await GrpcPeer.StartAsync();
        await using var filter = await FilterHarness.StartAsync(server.Address);
        Assert.Equal(expected, await GrpcPeer.RunClientAsync(filter.Address, script));
        await filter.FinishAsync();
        var count = Assert.Single(filter.Observer.Counts);
        Assert.Equal(RequestOutcome.Forwarded, count.Outcome);
        Assert.Equal("HTTP/2", count.Protocol);
        Assert.Equal(0, Assert.Single(filter.Observer.Records).GrpcStatus);
    }

    [Fact]
    public async Task Call_Bidirectional_AnswersBetweenTheRequests()
    {
        using var server = await GrpcPeer.StartAsync();
        await using var filter = await FilterHarness.StartAsync(server.Address);
        const string Script = """
            import queue
            pending = queue.Queue()
            call = channel.stream_stream('/jumpgate.Allowed/Bidi')(iter(pending.get, None))
            for word in (b'one', b'two', b'three'):
                pending.put(word)
                print(next(call))
            pending.put(None)
            print(list(call), call.code())
            """;
        Assert.Equal(
            "b'ONE'\nb'TWO'\nb'THREE'\n[] StatusCode.OK\n", await GrpcPeer.RunClientAsync(filter.Address, Script));
    }

    [Fact]
    public async Task Call_Denied_IsPermissionDeniedAndTheChannelGoesOn()
    {
        using var server = await GrpcPeer.StartAsync();
        await using var filter = await FilterHarness.StartAsync(server.Address);
        const string Script = """
            for name in ('Denied', 'Allowed', 'Denied', 'Allowed'):
                try:
                    print(channel.unary_unary(f'/jumpgate.{name}/Unary')(b'x'))
                except grpc.RpcError as error:
                    print(error.code())
            """;
        Assert.Equal(
            "StatusCode.PERMISSION_DENIED\nb'<x>'\nStatusCode.PERMISSION_DENIED\nb'<x>'\n",
            await GrpcPeer.RunClientAsync(filter.Address, Script));
        await filter.FinishAsync();
        Assert.Equal([7, 0, 7, 0], filter.Observer.Records.Select(r => r.GrpcStatus));
    }

    [Fact]
    public async Task Call_PastItsDeadline_IsDeadlineExceededAndTheChannelGoesOn()
    {
        using var server = await GrpcPeer.StartAsync();
        await using var filter = await FilterHarness.StartAsync(server.Address);
        const string Script = """
            try:
                channel.unary_unary('/jumpgate.Allowed/Slow')(b'', timeout=0.3)
            except grpc.RpcError as error:
                print(error.code())
            print(channel.unary_unary('/jumpgate.Allowed/Unary')(b'x'))
            """;
        Assert.Equal("StatusCode.DEADLINE_EXCEEDED\nb'<x>'\n", await GrpcPeer.RunClientAsync(filter.Address, Script));
        await filter.FinishAsync();
        Assert.Equal(2, filter.Observer.Counts.Length);
    }

    [Fact]
    public async Task Call_ServerIsGone_IsUnavailable()
    {
        var server = RawServer.Naming();
        var address = server.Address;
        server.Dispose();
        await using var filter = await FilterHarness.StartAsync(address);
        const string Script = """
            try:
                channel.unary_unary('/jumpgate.Allowed/Unary')(b'')
            except grpc.RpcError as error:
                print(error.code())
            """;
        Assert.Equal("StatusCode.UNAVAILABLE\n", await GrpcPeer.RunClientAsync(filter.Address, Script));
    }
}
