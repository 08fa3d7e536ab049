using System.Net;
using System.Text;
using Jumpgate.Grpc;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Jumpgate.Xds.Tests.Clients;

/// <summary>A gRPC server on loopback, made of this project's own gRPC layer.</summary>
internal sealed class EchoServer(WebApplication app, int port) : IAsyncDisposable
{
    public const string Method = "/jumpgate.test.Echo/Say";

    public int Port => port;

    /// <summary>Answers <see cref="Method"/> with its port.</summary>
    public static Task<EchoServer> StartAsync()
    {
        var port = new TaskCompletionSource<int>();
        return StartAsync(port, new GrpcOptions(), new GrpcService("jumpgate.test.Echo").Unary(
            "Say", Marshallers.Bytes, Marshallers.Bytes,
            async (_, _) => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes($"{await port.Task}")));
    }

    public static Task<EchoServer> StartAsync(GrpcOptions options, params GrpcService[] services) =>
        StartAsync(new TaskCompletionSource<int>(), options, services);

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private static async Task<EchoServer> StartAsync(
        TaskCompletionSource<int> port, GrpcOptions options, params GrpcService[] services)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, l => l.Protocols = HttpProtocols.Http2));
        var app = builder.Build();
        app.MapGrpcServices(services, options, NullLogger.Instance);
        await app.StartAsync();
        port.SetResult(new Uri(app.Urls.First()).Port);
        return new EchoServer(app, await port.Task);
    }
}
