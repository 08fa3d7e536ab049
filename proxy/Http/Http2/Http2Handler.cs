using Jumpgate.Http.Connections;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Forwarder;

namespace Jumpgate.Http.Http2;

/// <summary>
/// HTTP/2 with prior knowledge, and gRPC: one Kestrel that listens nowhere and is given connections, and YARP's
/// forwarder behind it.
/// </summary>
public sealed class Http2Handler : IHttp2Handler, IAsyncDisposable
{
    private readonly HttpFilterOptions _options;
    private readonly HandOver _handOver = new();
    private readonly SocketConnectionContextFactory _sockets =
        new(new SocketConnectionFactoryOptions(), NullLogger.Instance);
    private readonly ServiceProvider _services;
    private readonly KestrelServer _server;

    private Http2Handler(HttpFilterOptions options)
    {
        _options = options;

        // YARP and Kestrel log each request at Information. The observer is told already, so they talk to nobody.
        _services = new ServiceCollection()
            .AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance)
            .AddSingleton(typeof(ILogger<>), typeof(NullLogger<>))
            .AddHttpForwarder()
            .BuildServiceProvider();
        _server = new KestrelServer(
            Options.Create(KestrelSettings.Create(options, _handOver, _services)),
            _handOver,
            NullLoggerFactory.Instance);
    }

    /// <summary>Starts Kestrel, which then waits for <see cref="ServeAsync"/>.</summary>
    public static async Task<Http2Handler> StartAsync(
        HttpFilterOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        var handler = new Http2Handler(options);
        var forwarder = handler._services.GetRequiredService<IHttpForwarder>();
        await handler._server.StartAsync(new Http2Application(forwarder, options, time), cancellationToken);
        return handler;
    }

    /// <summary>
    /// Serves until the client has gone, an error ends the connection, or <see cref="ProxiedConnection.Aborted"/> or
    /// <paramref name="stopping"/> is cancelled, which resets it. Closes the socket; network failures do not throw.
    /// </summary>
    public async Task ServeAsync(
        ProxiedConnection connection, ReadOnlyMemory<byte> received, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(connection);
        using var client = connection.Client.Release();
        var pacer = await connection.Lanes.PacerAsync(client.SafeHandle);
        using var upstream = new Http2Upstream(connection, _options);
        await using var handed =
            new HandedOverConnection(connection, client, upstream, received, _sockets.Create(client), pacer);
        if (!_handOver.TryGive(handed))
        {
            return;
        }

        Action<object?> abort = static s => Abort((HandedOverConnection)s!);
        await using var aborted = connection.Aborted.UnsafeRegister(abort, handed);
        await using var stopped = stopping.UnsafeRegister(abort, handed);
        await handed.Ended;
    }

    public async ValueTask DisposeAsync()
    {
        // Cancelled from the start: connections are closed, not waited for.
        await _server.StopAsync(new CancellationToken(canceled: true));
        _server.Dispose();
        _sockets.Dispose();
        await _services.DisposeAsync();
    }

    private static void Abort(HandedOverConnection connection)
    {
        // The client first: it must not see the answers that follow from the server's end.
        connection.Client.Reset();
        connection.Upstream.Dispose();
        connection.Abort(new ConnectionAbortedException("the connection is no longer allowed, or the agent stops"));
    }
}
