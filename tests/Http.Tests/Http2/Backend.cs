using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Jumpgate.Http.Tests.Http2;

/// <summary>A real HTTP/2 server without TLS, on a port of its own.</summary>
internal sealed class Backend : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Backend(WebApplication app, IPEndPoint endPoint)
    {
        _app = app;
        EndPoint = endPoint;
    }

    /// <summary>An address where nobody listens.</summary>
    public static IPEndPoint Nowhere { get; } = new(IPAddress.Loopback, 1);

    public IPEndPoint EndPoint { get; }

    public static async Task<Backend> StartAsync(RequestDelegate serve, int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(o =>
        {
            o.Limits.MaxRequestBodySize = null;
            o.Limits.MinRequestBodyDataRate = null;
            o.Limits.MinResponseDataRate = null;
            o.RequestHeaderEncodingSelector = static _ => Encoding.Latin1;
            o.Listen(IPAddress.Loopback, port, l => l.Protocols = HttpProtocols.Http2);
        });
        var app = builder.Build();
        app.Run(serve);
        await app.StartAsync();
        var address = app.Services.GetRequiredService<IServer>().Features
            .GetRequiredFeature<IServerAddressesFeature>().Addresses.Single();
        return new Backend(app, new IPEndPoint(IPAddress.Loopback, new Uri(address).Port));
    }

    /// <summary>Answers with the target exactly as it came.</summary>
    public static Task<Backend> StartRawTargetAsync() => StartAsync(
        c => c.Response.WriteAsync(c.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget));

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }
}
