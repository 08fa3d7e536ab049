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
/// HTTP/2 with prior knowledge, and gRPC: one Kestrel that listens nowhere and is given connections, and YARP's forwarder
/// behind it. Starts with the first connection.
/// </summary>
public sealed class Http2Handler : IHttp2Handler, IAsyncDisposable
{
    private readonly HttpFilterOptions _options;
    private readonly HandOver _handOver = new();
    private readonly SocketConnectionContextFactory _sockets;
    private readonly ServiceProvider _services;
    private readonly KestrelServer _server;
    private readonly Lazy<Task> _started;

    public Http2Handler(HttpFilterOptions options, ILoggerFactory loggers, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(loggers);
        ArgumentNullException.ThrowIfNull(time);
        _options = options;
        // YARP logs each request at Information. The observer is told already, so YARP talks to nobody.
        _services = new ServiceCollection()
            .AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance)
            .AddSingleton(typeof(ILogger<>), typeof(NullLogger<>))
            .AddHttpForwarder()
            .BuildServiceProvider();
        _sockets = new SocketConnectionContextFactory(
            new SocketConnectionFactoryOptions(), loggers.CreateLogger<SocketConnectionContextFactory>());
        _server = new KestrelServer(
            Options.Create(KestrelSettings.Create(options, _handOver, _services)), _handOver, loggers);
        var application = new Http2Application(_services.GetRequiredService<IHttpForwarder>(), options, time);
        _started = new Lazy<Task>(() => _server.StartAsync(application, CancellationToken.None));
    }

    /// <summary>
    /// Serves until the client has gone, an error ends the connection, or <see cref="ProxiedConnection.Aborted"/> or
    /// <paramref name="stopping"/> is cancelled, which resets it. Closes the socket; network failures do not throw.
    /// </summary>
    public async Task ServeAsync(
        ProxiedConnection connection, ReadOnlyMemory<byte> received, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(connection);
        await _started.Value;
        using var upstream = new Http2Upstream(connection, _options);
        await using var handed =
            new HandedOverConnection(connection, upstream, received, _sockets.Create(connection.Client));
        if (!_handOver.TryGive(handed))
        {
            return;
        }

        await using var aborted = connection.Aborted.UnsafeRegister(static s => Abort((HandedOverConnection)s!), handed);
        await using var stopped = stopping.UnsafeRegister(static s => Abort((HandedOverConnection)s!), handed);
        await handed.Ended;
    }

    public async ValueTask DisposeAsync()
    {
        // Cancelled from the start: connections are closed, not waited for.
        await _server.StopAsync(new CancellationToken(canceled: true));
        _server.Dispose();
        await _services.DisposeAsync();
    }

    private static void Abort(HandedOverConnection connection)
    {
        // The client first: it must not see the answers that follow from the server's end.
        connection.Connection.Client.Reset();
        connection.Upstream.Dispose();
        connection.Abort(new ConnectionAbortedException("the connection is no longer allowed, or the agent stops"));
    }
}
