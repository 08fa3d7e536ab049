using System.Net.Sockets;
using System.Text;
using Jumpgate.Http.Connections;

namespace Jumpgate.Http.Http1;

/// <summary>
/// The proxy's side of a connection's lane: opens it at clean boundaries, watches the server meanwhile, and takes over
/// where the kernel does not know how to go on.
/// </summary>
internal sealed class Http1Lane(
    ProxiedConnection connection, SocketInput client, SocketOutput output, Http1Upstream upstream,
    HttpFilterOptions options)
    : IDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(1);

    /// <summary>What was missing for a lane may be there later: a socket that has joined, a policy, a switch.</summary>
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    private SocketInput? _server;
    private ILane? _lane;
    private long _nextTry;

    /// <summary>Null where there is no lane. Who waits for an answer is not idle, however long that takes.</summary>
    public TimeSpan? SinceLastUse => _lane is { HasRequestsUnderWay: true } ? TimeSpan.Zero : _lane?.SinceLastUse;

    /// <summary>The proxy stands at a clean boundary: the kernel may go on by itself.</summary>
    public void Offer()
    {
        if (connection.Lanes is null || !connection.Client.MayHaveJoined || !client.IsEmpty
            || upstream.Input is not { Channel.MayHaveJoined: true, HasArrived: false } server)
        {
            return;
        }

        if (!ReferenceEquals(server, _server))
        {
            _lane?.Dispose();
            _lane = null;
            _server = server;
            _nextTry = 0;
        }

        if (_lane is null && Environment.TickCount64 is var now && now >= _nextTry)
        {
            _lane = connection.Lanes.TryOpen(connection.Client, server.Channel);
            _nextTry = now + (long)Retry.TotalMilliseconds;
            output.Gate = _lane is null ? null : PassAsync;
        }

        _lane?.Publish(client.TotalConsumed, server.TotalConsumed);
    }

    /// <summary>In a lane, waits for the client and serves the server meanwhile.</summary>
    /// <returns>False: the server is gone, and with it requests that the kernel had handed to it.</returns>
    public async ValueTask<bool> WaitForClientAsync()
    {
        if (_lane is null)
        {
            return true;
        }

        var readable = client.WatchAsync();
        while (_lane is not null)
        {
            await Task.WhenAny(readable, _server!.WatchAsync());
            if (readable.IsCompleted)
            {
                break;
            }

            if (!await TakeOverAsync())
            {
                return false;
            }
        }

        await readable;
        return true;
    }

    /// <summary>Before the proxy answers the client itself: what the kernel has under way comes first.</summary>
    public async ValueTask SettleAsync()
    {
        while (_lane is { HasRequestsUnderWay: true })
        {
            await Task.WhenAny(_server!.WatchAsync(), Task.Delay(Poll));
            if (_server.WatchAsync().IsCompleted && !await TakeOverAsync())
            {
                throw new SocketException((int)SocketError.ConnectionReset);
            }
        }
    }

    /// <summary>The client sends no more: what it has asked for is still answered.</summary>
    public async ValueTask FinishAsync()
    {
        if (_lane?.Close() == true)
        {
            upstream.Input!.Channel.TryShutdownSend();
            await SettleAsync();
        }

        // The end must not overtake a response on its way to the client's queue.
        await PassAsync();
    }

    public void Dispose() => _lane?.Dispose();

    /// <summary>The server has sent something to the proxy, or has closed.</summary>
    /// <returns>False: the connection cannot go on.</returns>
    private async ValueTask<bool> TakeOverAsync()
    {
        var server = _server!;
        await server.WatchAsync();
        if (!await server.TakeAsync())
        {
            // An idle server may go; the next request gets a new connection.
            var wasBusy = _lane!.Close();
            await DropAsync();
            return !wasBusy;
        }

        if (!_lane!.HasRequestsUnderWay)
        {
            // Nobody asked for this.
            var wasBusy = _lane.Close();
            await DropAsync();
            return !wasBusy;
        }

        var method = _lane.MethodUnderWay;
        var unseen = new Http1RequestHead();
        unseen.Parse(Encoding.ASCII.GetBytes($"{method} / HTTP/1.1\r\nHost: lane\r\n\r\n"), options);
        var relay = new Http1ResponseRelay(unseen, upstream, output, options);
        var position = _lane.PositionUnderWay;
        var (result, status) = position.Part == ChunkPart.None
            ? (await relay.RunAsync(client), relay.Status)
            : (await relay.ContinueAsync(position), _lane.StatusUnderWay);
        _lane.FinishOne(result is RelayResult.KeepAlive or RelayResult.Close ? status : 0);
        if (result != RelayResult.KeepAlive)
        {
            _lane.Close();
            return false;
        }

        Offer();
        return true;
    }

    private async ValueTask PassAsync()
    {
        while (_lane is { IsSettled: false } && !connection.Aborted.IsCancellationRequested)
        {
            await Task.Delay(Poll);
        }
    }

    private async ValueTask DropAsync()
    {
        // Without the lane nobody could tell any more.
        await PassAsync();
        output.Gate = null;
        _lane?.Dispose();
        _lane = null;
        _server = null;
        upstream.Close();
    }
}
