using System.Net.Sockets;
using Jumpgate.Http.Observation;
using Jumpgate.Http.Tests.Support;

namespace Jumpgate.Http.Tests.Connections;

public class ConnectionDispatcherTests
{
    [Fact]
    public async Task Serve_NoHttpRules_RelaysAnyBytesWithHalfClose()
    {
        using var server =
            new RawServer(async connection => await connection.SendAsync(Reverse(await connection.ReadToEndAsync())));
        await using var filter = await FilterHarness.StartAsync(server);
        filter.Policy.HasHttpRules = false;
        using var client = await filter.ConnectAsync();
        await client.SendAsync("\0no HTTP\n\u00ff");
        client.FinishSending();
        Assert.Equal(Reverse("\0no HTTP\n\u00ff"), await client.ReadToEndAsync());
        Assert.Empty(filter.Policy.Judged);
    }

    [Fact]
    public async Task Serve_NoHttpRulesAndServerSpeaksFirst_ClientHearsIt()
    {
        using var server = new RawServer(async connection =>
        {
            await connection.SendAsync("220 hello\r\n");
            connection.FinishSending();
            await connection.ReadToEndAsync();
        });
        await using var filter = await FilterHarness.StartAsync(server);
        filter.Policy.HasHttpRules = false;
        using var client = await filter.ConnectAsync();
        Assert.Equal("220 hello\r\n", await client.ReadToEndAsync());
        await client.SendAsync("still open");
        client.FinishSending();
        await filter.FinishAsync();
        await server.FinishAsync();
        Assert.Equal("still open", server.Received);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Serve_Aborted_ResetsBothSidesAtOnce(bool rules)
    {
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reset = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var server = new RawServer(async connection =>
        {
            await connection.ReadHeadAsync();
            arrived.SetResult();
            reset.SetResult(await EndsInResetAsync(connection));
        });
        await using var filter = await FilterHarness.StartAsync(server);
        filter.Policy.HasHttpRules = rules;
        using var client = await filter.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await arrived.Task.Within();
        await filter.AbortAsync().Within();
        Assert.True(await EndsInResetAsync(client));
        Assert.True(await reset.Task.Within());
        await filter.FinishAsync();
        if (rules)
        {
            Assert.Equal(RequestOutcome.Error, Assert.Single(filter.Observer.Counts).Outcome);
        }
    }

    [Fact]
    public async Task Serve_AbortedWhileIdle_ResetsTheClient()
    {
        using var server = RawServer.Naming();
        await using var filter = await FilterHarness.StartAsync(server);
        using var client = await filter.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await client.ReadMessageAsync();
        await filter.AbortAsync().Within();
        Assert.True(await EndsInResetAsync(client));
        await filter.FinishAsync();
        Assert.Single(filter.Observer.Counts);
    }

    [Fact]
    public async Task Serve_HeadThatNeverEnds_IsCutOffAtItsTimeout()
    {
        using var server = RawServer.Naming();
        await using var filter = await FilterHarness.StartAsync(
            server, new HttpFilterOptions { HeadTimeout = TimeSpan.FromMilliseconds(50) });
        using var client = await filter.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost:");
        Assert.True(await EndsInResetAsync(client));
        Assert.Empty(server.Connections);
    }

    [Fact]
    public async Task Serve_ClientLeavesWithoutAWord_IsNoRequest()
    {
        using var server = RawServer.Naming();
        await using var filter = await FilterHarness.StartAsync(server);
        using var client = await filter.ConnectAsync();
        client.FinishSending();
        Assert.Equal(string.Empty, await client.ReadToEndAsync());
        await filter.FinishAsync();
        Assert.Empty(filter.Observer.Counts);
    }

    private static async Task<bool> EndsInResetAsync(RawConnection connection)
    {
        try
        {
            await connection.ReadToEndAsync();
            return false;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode == SocketError.ConnectionReset;
        }
    }

    private static string Reverse(string text) => new([.. text.Reverse()]);
}
