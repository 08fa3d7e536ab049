using System.Collections.Concurrent;
using System.Net;
using Jumpgate.Bpf.Netlink;
using Jumpgate.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Jumpgate.EndToEnd.Tests.Conformance;

/// <summary>
/// An HTTP/2 server (prior knowledge) that remembers what it saw; what it answers is a good gRPC reply too.
/// </summary>
internal sealed class Http2Server : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _seen = new();
    private TestHttpServer? _server;

    /// <summary>
    /// The requests in order: first line, then the header lines in the order of their names, names in lower case.
    /// </summary>
    public IReadOnlyList<string> Seen => [.. _seen];

    public static async Task<Http2Server> StartAsync(NetworkNamespace networkNamespace, int port)
    {
        var server = new Http2Server();
        server._server = await TestHttpServer.StartAsync(
            networkNamespace, new IPEndPoint(IPAddress.Any, port), HttpProtocols.Http2, server.AnswerAsync);
        return server;
    }

    /// <summary>A head as <see cref="Seen"/> has it.</summary>
    public static string Render(string requestLine, IEnumerable<(string Name, string Value)> headers) =>
        string.Join('\n', [
        requestLine,
        .. headers.Select(h => $"{h.Name.ToLowerInvariant()}: {h.Value}").Order(StringComparer.Ordinal),
    ]);

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        // The client states the length of no body where the test did not.
        var headers = request.Headers.Where(h => h.Key != "Content-Length")
            .SelectMany(h => h.Value.Select(v => (h.Key, v!)));
        _seen.Enqueue(Render($"{request.Method} {target} {request.Protocol}", headers));
        context.Response.ContentType = request.ContentType;
        context.Response.AppendTrailer("grpc-status", "0");
        if (request.Method != "HEAD")
        {
            await context.Response.WriteAsync("ok", context.RequestAborted);
        }
    }
}
