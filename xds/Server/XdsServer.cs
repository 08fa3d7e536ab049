using System.Net;
using System.Net.Sockets;
using Jumpgate.Grpc;
using Jumpgate.Grpc.Health;
using Jumpgate.Grpc.Reflection;
using Jumpgate.Xds.Nodes;
using Jumpgate.Xds.Services;
using Jumpgate.Xds.Status;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Jumpgate.Xds;

/// <summary>An xDS v3 server: what is published in <see cref="Cache"/> reaches the nodes that ask for it.</summary>
public sealed class XdsServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly CancellationTokenSource _stopping;

    private XdsServer(WebApplication app, SnapshotCache cache, StreamRegistry streams, CancellationTokenSource stopping)
    {
        _app = app;
        Cache = cache;
        Streams = streams;
        _stopping = stopping;
    }

    /// <summary>
    /// Nodes of groups without a snapshot here are refused with UNAVAILABLE: they keep what they have, and come back.
    /// </summary>
    public SnapshotCache Cache { get; }

    public StreamRegistry Streams { get; }

    /// <summary>Where it listens, with the port that was taken.</summary>
    public IPEndPoint Address { get; private set; } = null!;

    /// <param name="more">Other gRPC services to serve on the same port.</param>
    /// <exception cref="XdsException">The options contradict themselves, certificates cannot be read, or the address is
    /// taken.</exception>
    public static async Task<XdsServer> StartAsync(
        XdsServerOptions options, INodeGrouping grouping, ILogger logger, IEnumerable<GrpcService> more,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Tls is null && !IPAddress.IsLoopback(options.Listen.Address) && !options.AllowPlaintext)
        {
            throw new XdsException(
                $"xDS at {options.Listen}: plaintext is for loopback; give certificates, or ask for plaintext explicitly");
        }

        var certificates = options.Tls is { } tls ? new Certificates(tls, options.Time, logger) : null;
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [] });
        builder.Logging.ClearProviders();
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(5));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            // Streams live for days and are mostly silent: what finds dead clients is HTTP/2's ping, and a slow one is
            // only slow.
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromDays(1);
            kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
            kestrel.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);
            kestrel.Listen(options.Listen, listen =>
            {
                listen.Protocols = HttpProtocols.Http2;
                if (certificates is not null)
                {
                    listen.UseHttps(new TlsHandshakeCallbackOptions
                    {
                        OnConnection = _ => ValueTask.FromResult(certificates.Current()),
                    });
                }
            });
        });

        var stopping = new CancellationTokenSource();
        var cache = new SnapshotCache(options.Time, options.DebounceQuiet, options.DebounceAtMost);
        var registry = new StreamRegistry();
        var streams = new DiscoveryStreams(
            cache, new NodeAdmission(options, grouping), registry, options, logger, stopping.Token);
        var app = builder.Build();
        var health = new HealthService();
        List<GrpcService> services =
        [
            .. DiscoveryServices.Create(streams, options), new ClientStatusService(registry, options).Create(),
            health.Create(stopping.Token), .. more,
        ];
        foreach (var service in services)
        {
            health.Set(service.Name, serves: true);
        }

        health.Set(string.Empty, serves: true);
        app.MapGrpcServices([.. services, .. new ReflectionService(services).Create()], options.Grpc, logger);
        var server = new XdsServer(app, cache, registry, stopping);
        try
        {
            await app.StartAsync(cancellation);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            await server.DisposeAsync();
            throw new XdsException($"xDS cannot listen at {options.Listen}: {e.Message}", e);
        }

        server.Address = new IPEndPoint(options.Listen.Address, new Uri(app.Urls.First()).Port);
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        Cache.Dispose();
        _stopping.Dispose();
    }
}
