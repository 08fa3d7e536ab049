using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using Jumpgate.Http.Observation;
using Jumpgate.Policy.Http;

namespace Jumpgate.Http.Tests.Http2;

[SuppressMessage("Design", "CA1001", Justification = "xunit disposes what IAsyncLifetime names.")]
public sealed class GrpcTests : IAsyncLifetime
{
    private readonly PythonProcess _server = new(GrpcScripts.Server);
    private ProxyHarness _proxy = null!;

    public async Task InitializeAsync()
    {
        var port = int.Parse(await _server.ReadLineAsync(), CultureInfo.InvariantCulture);
        _proxy = await ProxyHarness.StartAsync(new IPEndPoint(IPAddress.Loopback, port), FakePolicy.ByTarget);
    }

    public async Task DisposeAsync()
    {
        await _proxy.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Calls_OfAllFourKinds_Succeed()
    {
        await RunAsync("""
            assert unary("Unary", b"landing") == b"LANDING"
            assert channel.stream_unary(path("Collect"))(iter([b"a", b"b", b"c"]), timeout=20) == b"a,b,c"
            assert list(channel.unary_stream(path("Count"))(b"50", timeout=20)) == [b"%d" % i for i in range(50)]
            assert list(channel.stream_stream(path("Echo"))(iter([b"x", b"y"]), timeout=20)) == [b"re:x", b"re:y"]
            """);
        for (var i = 0; i < 4; i++)
        {
            var record = await _proxy.Observer.NextAsync();
            Assert.Equal(RequestOutcome.Forwarded, record.Outcome);
            Assert.Equal("POST", record.Method);
            Assert.Equal(200, record.Status);
            Assert.Equal(0, record.GrpcStatus);
        }

        Assert.Equal(4, _proxy.Observer.Counts);
        Assert.Equal(1, _proxy.UpstreamConnects);
    }

    [Fact]
    public Task Bidi_EachMessageAnsweredBeforeTheNext_IsNotBuffered() => RunAsync("""
        q = queue.Queue()
        call = channel.stream_stream(path("Echo"))(requests(q), timeout=20)
        for i in range(100):
            q.put(b"%d" % i)
            assert next(call) == b"re:%d" % i
        q.put(None)
        assert list(call) == []
        assert call.code() == grpc.StatusCode.OK
        """);

    [Fact]
    public Task InitialMetadata_OfASilentStream_ArrivesAtOnce() => RunAsync("""
        call = channel.unary_stream(path("Silent"))(b"", timeout=20)
        assert ("x-initial", "now") in [tuple(m) for m in call.initial_metadata()]
        call.cancel()
        """);

    [Fact]
    public async Task Denied_Method_IsPermissionDeniedAndChannelLives()
    {
        await RunAsync("""
            e = failed(lambda: unary("Denied"))
            assert e.code() == grpc.StatusCode.PERMISSION_DENIED, e
            assert e.details() == "Access denied", e
            assert sorted(k for k, v in e.trailing_metadata()) == ["content-length", "date"], e.trailing_metadata()
            e = failed(lambda: channel.stream_unary(path("Denied"))(iter([b"x" * 100000] * 20), timeout=20))
            assert e.code() == grpc.StatusCode.PERMISSION_DENIED, e
            e = failed(lambda: list(channel.stream_stream(path("Denied"))(iter([b"x"]), timeout=20)))
            assert e.code() == grpc.StatusCode.PERMISSION_DENIED, e
            e = failed(lambda: unary("a%2Fb"))
            assert e.code() == grpc.StatusCode.PERMISSION_DENIED, e
            assert unary("Unary") == b"A"
            """);
        var record = await _proxy.Observer.NextAsync();
        Assert.Equal(RequestOutcome.Denied, record.Outcome);
        Assert.Equal(200, record.Status);
        Assert.Equal(7, record.GrpcStatus);
        Assert.Equal("/jg.Test/Denied", record.Target);
        Assert.Equal(1, _proxy.Accepted);
    }

    [Fact]
    public async Task PolicyChange_BetweenCalls_AppliesOnTheOpenChannel()
    {
        await using var client = new PythonProcess(GrpcScripts.Client + """
            for line in sys.stdin:
                try:
                    print(unary("Unary").decode(), flush=True)
                except grpc.RpcError as e:
                    print(e.code().name, flush=True)
            """, _proxy.Address);

        Assert.Equal("A", await AskAsync());
        _proxy.Policy.Current = new FakePolicy(2, (in HttpRequestView _) => FakePolicy.Deny());
        Assert.Equal("PERMISSION_DENIED", await AskAsync());
        _proxy.Policy.Current = FakePolicy.AllowAll;
        Assert.Equal("A", await AskAsync());
        Assert.Equal(1, _proxy.Accepted);

        async Task<string> AskAsync()
        {
            await client.WriteLineAsync("call");
            return await client.ReadLineAsync();
        }
    }

    [Fact]
    public async Task Metadata_AndTrailers_Pass()
    {
        await RunAsync("""
            reply, call = channel.unary_unary(path("Metadata")).with_call(
                b"", timeout=20, metadata=(("x-ask", "hello"), ("x-data-bin", b"\x01\x80\xff")))
            initial = dict(call.initial_metadata())
            trailing = dict(call.trailing_metadata())
            assert reply == b"ok"
            assert initial["x-initial"] == "hello", initial
            assert initial["x-data-bin"] == b"\x01\x80\xff", initial
            assert trailing == {"x-trailing": "t", "x-more-bin": b"\x00\xff"}, trailing
            """);
    }

    [Fact]
    public async Task ServersFailure_PassesWithDetails()
    {
        await RunAsync("""
            e = failed(lambda: unary("Fail"))
            assert e.code() == grpc.StatusCode.FAILED_PRECONDITION, e
            assert e.details() == "no: 100% \u00e9", e
            assert ("x-why", "because") in [tuple(m) for m in e.trailing_metadata()], e
            e = failed(lambda: unary("Nothing"))
            assert e.code() == grpc.StatusCode.UNIMPLEMENTED, e
            """);
        var record = await _proxy.Observer.NextAsync();
        Assert.Equal(RequestOutcome.Forwarded, record.Outcome);
        Assert.Equal(9, record.GrpcStatus);
        Assert.Equal(12, (await _proxy.Observer.NextAsync()).GrpcStatus);
    }

    [Fact]
    public async Task ServerEndsEarly_WhileClientStillSends_ClientSeesTheStatus()
    {
        await RunAsync("""
            q = queue.Queue()
            q.put(b"first")
            call = channel.stream_stream(path("Late"))(requests(q), timeout=20)
            e = failed(lambda: list(call))
            assert e.code() == grpc.StatusCode.RESOURCE_EXHAUSTED, e
            q.put(None)
            """);
        var record = await _proxy.Observer.NextAsync();
        Assert.Equal(RequestOutcome.Forwarded, record.Outcome);
        Assert.Equal(8, record.GrpcStatus);
        Assert.Equal(1, _proxy.Observer.Counts);
    }

    [Fact]
    public async Task Deadline_IsForwardedAndExceeded()
    {
        await RunAsync("""
            left = int(unary("Deadline", timeout=15))
            assert 5000 < left <= 15000, left
            e = failed(lambda: unary("Wait", timeout=3))
            assert e.code() == grpc.StatusCode.DEADLINE_EXCEEDED, e
            assert unary("Unary") == b"A"
            """);
        Assert.Equal("waiting", await _server.ReadLineAsync());
        Assert.Equal("ended", await _server.ReadLineAsync());
    }

    [Fact]
    public async Task ClientCancels_ServerSeesIt()
    {
        await using var client = new PythonProcess(GrpcScripts.Client + """
            call = channel.unary_unary(path("Wait")).future(b"", timeout=20)
            sys.stdin.readline()
            call.cancel()
            print(call.code().name, flush=True)
            sys.stdin.readline()
            """, _proxy.Address);

        Assert.Equal("waiting", await _server.ReadLineAsync());
        await client.WriteLineAsync("cancel");

        Assert.Equal("CANCELLED", await client.ReadLineAsync());
        Assert.Equal("ended", await _server.ReadLineAsync());
        var record = await _proxy.Observer.NextAsync();
        Assert.Equal(RequestOutcome.Error, record.Outcome);
        Assert.Equal("the client went away", record.Reason);
    }

    [Fact]
    public Task BigMessage_BothWays_ArrivesWhole() => RunAsync("""
        import os
        data = os.urandom(16 * 1024 * 1024)
        assert unary("Big", data) == data
        """);

    [Fact]
    public Task ManyCalls_AtOnce_AllSucceed() => RunAsync("""
        calls = [channel.unary_unary(path("Unary")).future(b"%d" % i, timeout=20) for i in range(300)]
        assert [c.result() for c in calls] == [b"%d" % i for i in range(300)]
        """);

    [Fact]
    public async Task ServerDown_Call_IsUnavailable()
    {
        await using var proxy = await ProxyHarness.StartAsync(Backend.Nowhere, FakePolicy.AllowAll);

        await PythonProcess.RunAsync(GrpcScripts.Client + """
            e = failed(lambda: unary("Unary"))
            assert e.code() == grpc.StatusCode.UNAVAILABLE, e
            assert e.details() == "the server could not be reached", e
            """, proxy.Address);

        var record = await proxy.Observer.NextAsync();
        Assert.Equal(RequestOutcome.Error, record.Outcome);
        Assert.Equal(200, record.Status);
        Assert.Equal(14, record.GrpcStatus);
        Assert.Equal(1, proxy.Accepted);
    }

    [Fact]
    public async Task ServerDies_InAStream_IsUnavailable()
    {
        await using var client = new PythonProcess(GrpcScripts.Client + """
            q = queue.Queue()
            call = channel.stream_stream(path("Echo"))(requests(q), timeout=20)
            q.put(b"1")
            print(next(call).decode(), flush=True)
            e = failed(lambda: next(call))
            print(e.code().name, flush=True)
            q.put(None)
            """, _proxy.Address);

        Assert.Equal("re:1", await client.ReadLineAsync());
        await _server.DisposeAsync();

        Assert.Equal("UNAVAILABLE", await client.ReadLineAsync());
        var record = await _proxy.Observer.NextAsync();
        Assert.Equal(RequestOutcome.Error, record.Outcome);
        Assert.Equal(14, record.GrpcStatus);
    }

    private Task<string> RunAsync(string script) => PythonProcess.RunAsync(GrpcScripts.Client + script, _proxy.Address);
}
