using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Jumpgate.Bpf.Netlink;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Jumpgate.Testing;

/// <summary>
/// An HTTP server in this process whose listening socket belongs to a namespace. Unless told otherwise it answers 200
/// with JSON of what it saw (<see cref="SeenRequest"/>).
/// </summary>
public sealed class TestHttpServer : IAsyncDisposable
{
    private readonly WebApplication application;

    private TestHttpServer(WebApplication application, IPEndPoint endPoint)
    {
        this.application = application;
        EndPoint = endPoint;
    }

    /// <summary>Where it listens; the port is a real one.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Starts a server.</summary>
    /// <param name="networkNamespace">Where to listen.</param>
    /// <param name="endPoint">Port 0 for any free one; IPv6Any accepts IPv4 too.</param>
    /// <param name="protocols">Http1, or Http2 for prior knowledge (there is no TLS).</param>
    /// <param name="handler">Null for the answer described above.</param>
    public static async Task<TestHttpServer> StartAsync(
        NetworkNamespace networkNamespace,
        IPEndPoint endPoint,
        HttpProtocols protocols = HttpProtocols.Http1,
        RequestDelegate? handler = null)
    {
        ArgumentNullException.ThrowIfNull(networkNamespace);
        IPEndPoint? bound = null;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseSockets(options => options.CreateBoundListenSocket = wanted =>
        {
            var socket = networkNamespace.Run(() => Bind((IPEndPoint)wanted));
            bound = (IPEndPoint)socket.LocalEndPoint!;
            return socket;
        });
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            options.Limits.MinRequestBodyDataRate = null;
            options.Listen(endPoint, listen => listen.Protocols = protocols);
        });
        var application = builder.Build();
        application.Run(handler ?? AnswerWithWhatWasSeenAsync);
        try
        {
            await application.StartAsync();
        }
        catch
        {
            await application.DisposeAsync();
            throw;
        }

        return new TestHttpServer(application, bound!);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await application.StopAsync(limit.Token);
        await application.DisposeAsync();
    }

    private static Socket Bind(IPEndPoint endPoint)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (endPoint.Address.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = true;
            }

            socket.Bind(endPoint);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task AnswerWithWhatWasSeenAsync(HttpContext context)
    {
        var request = context.Request;
        using var reader = new StreamReader(request.Body);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        var peer = context.Connection.RemoteIpAddress!;
        var seen = new SeenRequest(
            request.Method,
            context.Features.Get<IHttpRequestFeature>()!.RawTarget,
            request.Protocol,
            request.Headers.ToDictionary(header => header.Key, header => header.Value.ToArray()),
            body,
            (peer.IsIPv4MappedToIPv6 ? peer.MapToIPv4() : peer).ToString(),
            context.Connection.RemotePort,
            context.Connection.Id);
        context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync(
            JsonSerializer.SerializeToUtf8Bytes(seen), context.RequestAborted);
    }
}
