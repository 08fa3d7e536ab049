using System.Net;
using System.Net.Sockets;
using Jumpgate.Http.Connections;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Yarp.ReverseProxy.Forwarder;

namespace Jumpgate.Http.Http2;

/// <summary>HTTP/2 and gRPC: Kestrel speaks to the client, YARP's forwarder to the server, and the policy stands in between.</summary>
public sealed class Http2Handler : IHttp2Handler, IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Http2ConnectionQueue _queue;
    private readonly SocketConnectionContextFactory _sockets = new(new SocketConnectionFactoryOptions(), NullLogger.Instance);

    private Http2Handler(WebApplication app, Http2ConnectionQueue queue)
    {
        _app = app;
        _queue = queue;
    }

    public static async Task<Http2Handler> StartAsync(
        HttpFilterOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        var queue = new Http2ConnectionQueue();
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [] });
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IConnectionListenerFactory>(queue);
        builder.Services.AddHttpForwarder();
        builder.Services.Configure<Microsoft.Extensions.Hosting.HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(1));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.AllowSynchronousIO = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.KeepAliveTimeout = options.IdleTimeout;
            kestrel.Limits.RequestHeadersTimeout = options.HeadTimeout;
            kestrel.Limits.MaxRequestHeadersTotalSize = options.MaxHeadBytes;
            kestrel.Limits.MaxRequestHeaderCount = options.MaxHeaders;
            kestrel.Limits.Http2.MaxStreamsPerConnection = 256;
            kestrel.Limits.Http2.MaxRequestHeaderFieldSize = options.MaxHeadBytes;
            kestrel.Listen(new IPEndPoint(IPAddress.Loopback, 1), endpoint => endpoint.Protocols = HttpProtocols.Http2);
        });
        var app = builder.Build();
        var exchange = new Http2Exchange(app.Services.GetRequiredService<IHttpForwarder>(), options, time);
        app.Run(exchange.ServeAsync);
        await app.StartAsync(cancellationToken);
        return new Http2Handler(app, queue);
    }

    public async Task ServeAsync(ProxiedConnection connection, ReadOnlyMemory<byte> received, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(connection);
        using var upstream = Http2Upstream.Create(connection);
        var context = new PrefixedConnection(_sockets.Create(connection.Client), received);
        context.Features.Set(connection);
        context.Features.Set(upstream);
        await using var aborted = connection.Aborted.UnsafeRegister(
            static s => ((Socket)s!).Reset(), connection.Client);
        if (!_queue.TryAdd(context))
        {
            connection.Client.Reset();
            return;
        }

        await context.Ended.Task;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        _sockets.Dispose();
    }
}
