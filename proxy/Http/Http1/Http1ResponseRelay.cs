using System.Runtime.CompilerServices;
using Jumpgate.Http.Connections;

namespace Jumpgate.Http.Http1;

internal enum RelayResult
{
    KeepAlive,
    Close,
    /// <summary>The connection was a tunnel (101, or CONNECT's 2xx) and is over.</summary>
    Tunnel,
    /// <summary>The request's chunks were malformed.</summary>
    BadChunk,
    BadResponse,
    Truncated,
}

/// <summary>
/// Moves the request's body to the server and the response to the client, both at once: a response may begin before the
/// request has ended, and interim responses pass as they come.
/// </summary>
internal sealed class Http1ResponseRelay(
    Http1RequestHead request, Http1Upstream upstream, SocketOutput client, HttpFilterOptions options)
{
    private static readonly Task<BodyResult> CompleteBody = Task.FromResult(BodyResult.Complete);

    private readonly Http1ResponseHead _response = upstream.Response;

    /// <summary>
    /// The move of the request's body, which may outlive <see cref="RunAsync"/> where the connection ends.
    /// </summary>
    public Task Body { get; private set; } = Task.CompletedTask;

    /// <summary>Of the final response, when its head is on its way to the client; 0 before.</summary>
    public int Status { get; private set; }

    public ValueTask<RelayResult> RunAsync(SocketInput from) =>
        request.Framing.Kind == BodyKind.None ? RunBareAsync(from) : RunBothAsync(from);

    /// <summary>The rest of a chunked response that the kernel has begun.</summary>
    public async ValueTask<RelayResult> ContinueAsync(ChunkPosition position) =>
        ResultOf(await BodyPump.ContinueAsync(upstream.Input!, client, position, options), close: false);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<RelayResult> RunBareAsync(SocketInput from)
    {
        await upstream.Output!.FlushAsync();
        return await RelayAsync(from, CompleteBody);
    }

    private async ValueTask<RelayResult> RunBothAsync(SocketInput from)
    {
        var body = BodyPump.RunAsync(from, upstream.Output!, request.Framing, writeChunks: true, options);
        Body = body;
        var response = RelayAsync(from, body).AsTask();
        await Task.WhenAny(body, response);
        if (body.IsFaulted && from.IsBroken && !response.IsCompleted)
        {
            // Nobody is left to answer, and the server would wait for the rest for ever.
            upstream.Input!.Channel.Reset();
            await Task.WhenAny(response);
            await body;
        }

        if (body.IsCompletedSuccessfully && body.Result != BodyResult.Complete && !response.IsCompleted)
        {
            // Half a request must not look like a whole one to the server: it gets a reset.
            upstream.Input!.Channel.Reset();
            await Task.WhenAny(response);
            return body.Result == BodyResult.Malformed ? RelayResult.BadChunk : RelayResult.Truncated;
        }

        var result = await response;
        if (result != RelayResult.KeepAlive || body.IsCompleted)
        {
            if (result == RelayResult.KeepAlive)
            {
                return await body == BodyResult.Complete ? result : RelayResult.Close;
            }

            _ = body.ContinueWith(static t => t.Exception, TaskScheduler.Default);
            return result;
        }

        // The answer is complete and the request is not: it may go on for a moment, then the connection ends.
        if (await Task.WhenAny(body, Task.Delay(options.LingeringBodyTimeout)) == body)
        {
            return await body == BodyResult.Complete ? RelayResult.KeepAlive : RelayResult.Close;
        }

        _ = body.ContinueWith(static t => t.Exception, TaskScheduler.Default);
        return RelayResult.Close;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<RelayResult> RelayAsync(SocketInput from, Task<BodyResult> body)
    {
        var server = upstream.Input!;
        while (true)
        {
            var length = await ReadHeadAsync(server);
            if (length <= 0)
            {
                return length == 0 ? RelayResult.Truncated : RelayResult.BadResponse;
            }

            if (!_response.TryParse(server.Unread[..length], request.Method, options)
                || (_response.Status == 101 && request.Upgrade.Length == 0))
            {
                return RelayResult.BadResponse;
            }

            if (_response.Status is < 200 and not 101)
            {
                if (request.IsHttp11)
                {
                    client.Write(server.Unread[..length]);
                    await client.FlushAsync();
                }

                server.Consume(length);
                continue;
            }

            Status = _response.Status;
            if (_response.Status == 101 || (request.Method is "CONNECT" && _response.Status < 300))
            {
                return await TunnelAsync(from, server, length, body);
            }

            return await RelayFinalAsync(server, length);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<RelayResult> RelayFinalAsync(SocketInput server, int length)
    {
        var chunked = request.IsHttp11 && _response.Framing.Kind == BodyKind.Chunked;
        var close = request.ClientCloses || _response.ServerCloses;
        HeadWriter.WriteResponse(client, _response, server.Unread[..length], chunked, close, request.IsHttp11);
        server.Consume(length);
        var body = await BodyPump.RunAsync(server, client, _response.Framing, chunked, options, upstream.MaySplice);
        return ResultOf(body, close);
    }

    private static RelayResult ResultOf(BodyResult body, bool close) => body switch
    {
        BodyResult.Complete => close ? RelayResult.Close : RelayResult.KeepAlive,
        BodyResult.Truncated => RelayResult.Truncated,
        _ => RelayResult.BadResponse,
    };

    private async Task<RelayResult> TunnelAsync(SocketInput from, SocketInput server, int length, Task<BodyResult> body)
    {
        await body;
        HeadWriter.WriteResponse(client, _response, server.Unread[..length], false, false, request.IsHttp11);
        server.Consume(length);
        client.Write(server.Unread);
        server.Consume(server.Unread.Length);
        await client.FlushAsync();
        upstream.Output!.Write(from.Unread);
        from.Consume(from.Unread.Length);
        await upstream.Output.FlushAsync();
        await ByteRelay.RunAsync(
            client.Channel, server.Channel, client.Pacer, upstream.Output.Pacer, upstream.MaySplice);
        return RelayResult.Tunnel;
    }

    /// <returns>The head's length; 0 where the server closed before one; -1 where it is none.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadHeadAsync(SocketInput server)
    {
        var scanned = 0;
        while (true)
        {
            switch (HeadScanner.Scan(server.Unread, ref scanned, out var length))
            {
                case HeadScan.Complete:
                    return length <= options.MaxHeadBytes ? length : -1;
                case HeadScan.BareLineFeed or HeadScan.NulByte:
                    return -1;
            }

            if (server.Unread.Length > options.MaxHeadBytes)
            {
                return -1;
            }

            if (await server.FillAsync() == 0)
            {
                return server.IsEmpty ? 0 : -1;
            }
        }
    }
}
