using Jumpgate.Http.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.Http.Tests.Http1;

/// <summary>What the filter minds where the kernel serves its connection too.</summary>
public class LaneTests
{
    private const string Get = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n";
    private static readonly HttpFilterOptions Impatient = new() { IdleTimeout = TimeSpan.FromMilliseconds(50) };

    [Fact]
    public async Task Idle_ForTheProxyOnly_ConnectionStays()
    {
        var lane = new FakeLane { Idle = TimeSpan.Zero };
        using var server = RawServer.Naming();
        await using var filter = await FilterHarness.StartAsync(server, Impatient);
        filter.Lanes = lane;
        using var client = await ServedAsync(filter, lane);

        // Each look is a time-out that has passed.
        await Wait.UntilAsync(() => lane.UsesAsked >= 3, Wait.Patience, "three time-outs to pass");

        await client.SendAsync(Get);
        Assert.Equal(200, (await client.ReadMessageAsync())!.Status);
    }

    [Fact]
    public async Task Idle_ForTheKernelToo_ConnectionEnds()
    {
        using var server = RawServer.Naming();
        await using var filter = await FilterHarness.StartAsync(server, Impatient);
        var lane = new FakeLane { Idle = TimeSpan.FromHours(1) };
        filter.Lanes = lane;
        using var client = await ServedAsync(filter, lane);

        await filter.FinishAsync();
    }

    [Fact]
    public async Task Head_ThatDoesNotGoOn_EndsTheConnection_ThoughTheKernelHasServedIt()
    {
        using var server = RawServer.Naming();
        await using var filter = await FilterHarness.StartAsync(
            server, new HttpFilterOptions { HeadTimeout = TimeSpan.FromMilliseconds(50) });
        var lane = new FakeLane { Idle = TimeSpan.Zero };
        filter.Lanes = lane;
        using var client = await ServedAsync(filter, lane);

        await client.SendAsync("GET /a HTTP/1.1\r\n");

        await filter.FinishAsync();
    }

    [Fact]
    public async Task Answer_WhileAResponseIsOnItsWay_Waits()
    {
        var lane = new FakeLane();
        using var server = RawServer.Naming();
        await using var filter = await FilterHarness.StartAsync(server);
        filter.Lanes = lane;
        using var client = await ServedAsync(filter, lane);
        lane.IsSettled = false;
        var asked = lane.SettlementsAsked;

        await client.SendAsync("GET /denied HTTP/1.1\r\nHost: a\r\n\r\n");
        await Wait.UntilAsync(() => lane.SettlementsAsked >= asked + 3, Wait.Patience, "the filter to ask thrice");
        Assert.Equal(0, client.Socket.Available);

        lane.IsSettled = true;
        Assert.Equal(403, (await client.ReadMessageAsync())!.Status);
    }

    [Fact]
    public async Task End_WhileAResponseIsOnItsWay_Waits()
    {
        var lane = new FakeLane();
        using var server = RawServer.Naming();
        await using var filter = await FilterHarness.StartAsync(server);
        filter.Lanes = lane;
        using var client = await ServedAsync(filter, lane);
        lane.IsSettled = false;
        var asked = lane.SettlementsAsked;

        client.FinishSending();
        await Wait.UntilAsync(() => lane.SettlementsAsked >= asked + 3, Wait.Patience, "the filter to ask thrice");
        var end = client.ReadToEndAsync();
        Assert.False(end.IsCompleted);

        lane.IsSettled = true;
        await end.Within();
    }

    [Fact]
    public async Task Send_ToAReaderThatDoesNotKeepUp_Waits()
    {
        var lane = new FakeLane { MayWrite = false };
        using var server = RawServer.Naming();
        await using var filter = await FilterHarness.StartAsync(server);
        filter.Lanes = lane;
        using var client = await filter.ConnectAsync();

        await client.SendAsync("GET /denied HTTP/1.1\r\nHost: a\r\n\r\n");
        await Wait.UntilAsync(() => filter.Policy.Judged.Count == 1, Wait.Patience, "the request to be judged");
        Assert.Equal(0, client.Socket.Available);

        lane.MayWrite = true;
        Assert.Equal(403, (await client.ReadMessageAsync())!.Status);
    }

    /// <summary>
    /// The kernel has handed on the beginning of a chunked response; the filter knows where it stands.
    /// </summary>
    [Theory]
    [InlineData(ChunkPart.Size, 0, "5\r\nhello\r\n0\r\n\r\n", "5\r\nhello\r\n0\r\n\r\n")]
    [InlineData(ChunkPart.Size, 0, "005;a=b\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n", "5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n")]
    [InlineData(ChunkPart.Size, 0, "0\r\n\r\n", "0\r\n\r\n")]
    [InlineData(ChunkPart.Data, 2, "lo\r\n1\r\n!\r\n0\r\n\r\n", "lo\r\n1\r\n!\r\n0\r\n\r\n")]
    [InlineData(ChunkPart.DataEnd, 0, "\r\n1\r\n!\r\n0\r\n\r\n", "\r\n1\r\n!\r\n0\r\n\r\n")]
    [InlineData(ChunkPart.Trailer, 0, "\r\n", "\r\n")]
    [InlineData(ChunkPart.Trailer, 0, "X-Sum: 1\r\n\r\n", "X-Sum: 1\r\n\r\n")]
    public async Task TakeOver_InAChunkedResponse_GoesOnThere(ChunkPart part, long left, string rest, string expected)
    {
        var lane = new FakeLane();
        using var server = RawServer.Naming();
        await using var filter = await FilterHarness.StartAsync(server);
        filter.Lanes = lane;
        using var client = await ServedAsync(filter, lane);

        lane.BeginAt(new ChunkPosition(part, left));
        await server.Connections.First().SendAsync(rest);

        Assert.Equal(expected, await client.ReadExactAsync(expected.Length));
        await Wait.UntilAsync(() => lane.Finished == 200, Wait.Patience, "the response to be counted");
        await client.SendAsync(Get);
        Assert.Equal(200, (await client.ReadMessageAsync())!.Status);
    }

    [Theory]
    [InlineData(ChunkPart.Size, 0, "x\r\n")]
    [InlineData(ChunkPart.Data, 2, "loX")]
    [InlineData(ChunkPart.DataEnd, 0, "X\r\n")]
    [InlineData(ChunkPart.Trailer, 0, "Content-Length: 5\r\n\r\n")]
    public async Task TakeOver_InAMalformedResponse_EndsTheConnection(ChunkPart part, long left, string rest)
    {
        var lane = new FakeLane();
        using var server = RawServer.Naming();
        await using var filter = await FilterHarness.StartAsync(server);
        filter.Lanes = lane;
        using var client = await ServedAsync(filter, lane);

        lane.BeginAt(new ChunkPosition(part, left));
        await server.Connections.First().SendAsync(rest + "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");

        Assert.DoesNotContain("HTTP/1.1", await client.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Equal(0, lane.Finished);
    }

    /// <summary>A client that has been answered once, and whose lane is open.</summary>
    private static async Task<RawConnection> ServedAsync(FilterHarness filter, FakeLane lane)
    {
        var client = await filter.ConnectAsync();
        await client.SendAsync(Get);
        Assert.Equal(200, (await client.ReadMessageAsync())!.Status);
        // The answer is there before the filter has come to its end.
        await Wait.UntilAsync(() => lane.Published > 0, Wait.Patience, "the lane to be open");
        return client;
    }
}
