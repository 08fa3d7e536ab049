using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Jumpgate.Bpf.Netlink;
using Jumpgate.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Jumpgate.EndToEnd.Tests.Support;

/// <summary>
/// As much of an OpenTelemetry collector as tests need: takes metrics by gRPC or as HTTP with protobuf (OTLP
/// specification 1.x) and keeps what it got. Names in protobuf are plain UTF-8, so they are found without a decoder.
/// </summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private const string GrpcPath = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";
    private const string HttpPath = "/v1/metrics";
    private readonly ConcurrentQueue<string> _received = [];
    private TestHttpServer? _server;

    public IReadOnlyCollection<string> Received => _received;

    public static async Task<OtlpReceiver> StartAsync(NetworkNamespace place, IPEndPoint endPoint, bool grpc)
    {
        var receiver = new OtlpReceiver();
        receiver._server = await TestHttpServer.StartAsync(
            place, endPoint, grpc ? HttpProtocols.Http2 : HttpProtocols.Http1, receiver.TakeAsync);
        return receiver;
    }

    public ValueTask DisposeAsync() => _server!.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        if (context.Request.Method != "POST" || context.Request.Path.Value is not (GrpcPath or HttpPath))
        {
            context.Response.StatusCode = 404;
            return;
        }

        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        _received.Enqueue(Encoding.Latin1.GetString(body.ToArray()));
        if (context.Request.Path == HttpPath)
        {
            context.Response.ContentType = "application/x-protobuf";
            return;
        }

        context.Response.ContentType = "application/grpc";
        context.Response.DeclareTrailer("grpc-status");
        await context.Response.Body.WriteAsync(new byte[5]);
        context.Response.AppendTrailer("grpc-status", "0");
    }
}
