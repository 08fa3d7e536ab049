using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Jumpgate.Http.Tests.Support;

/// <summary>A server that speaks HTTP/2 without TLS.</summary>
internal sealed class H2Server : IAsyncDisposable
{
    private readonly WebApplication _app;

    private H2Server(WebApplication app) => _app = app;

    public IPEndPoint Address
    {
        get
        {
            var addresses =
                _app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>();
            return new IPEndPoint(IPAddress.Loopback, new Uri(addresses.Addresses.Single()).Port);
        }
    }

    public static async Task<H2Server> StartAsync(RequestDelegate serve)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http2);
        });
        var app = builder.Build();
        app.Run(serve);
        await app.StartAsync().Within();
        return new H2Server(app);
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token).Within();
        await _app.DisposeAsync();
    }
}
