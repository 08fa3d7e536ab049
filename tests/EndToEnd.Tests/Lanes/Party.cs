using System.Collections.Concurrent;
using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Jumpgate.EndToEnd.Tests.Lanes;

/// <summary>
/// A server that people really use. Each answers <c>/v1/hello</c> (six bytes), <c>/v1/large</c> (the scene's file),
/// <c>/v1/chunked</c>, <c>/v1/204</c>, <c>/v1/304</c>, and (but for nginx) PUT with the hash of what came; and tells
/// what it was asked.
/// </summary>
internal sealed class Party : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _seen = new();
    private readonly TempDirectory _directory = new();
    private NetnsProcess? _process;
    private IAsyncDisposable? _owned;

    private Party(string name, int port) => (Name, Port) = (name, port);

    /// <summary>Java where it is installed.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["nginx", "kestrel", "node", "python", "asyncio", .. File.Exists("/usr/bin/javac") ? (string[])["java"] : []];

    public string Name { get; }

    public int Port { get; }

    public static string Script(string name) => Path.Combine(AppContext.BaseDirectory, "Lanes", "Parties", name);

    public static async Task<Party> StartAsync(PartyScene scene, string name, int port)
    {
        var party = new Party(name, port);
        try
        {
            await party.StartAsync(scene);
            return party;
        }
        catch
        {
            await party.DisposeAsync();
            throw;
        }
    }

    /// <summary>True where this was asked for (method and target).</summary>
    public bool WasAsked(string request) => _seen.Contains(request)
        || (_process?.Output + _process?.Error).Split('\n').Any(
            l => $" {l} ".Replace('"', ' ').Contains($" {request} ", StringComparison.Ordinal));

    public async ValueTask DisposeAsync()
    {
        _process?.Dispose();
        if (_owned is not null)
        {
            await _owned.DisposeAsync();
        }

        _directory.Dispose();
    }

    private async Task StartAsync(PartyScene scene)
    {
        var lab = scene.Scene.Lab;
        var port = $"{Port}";
        switch (Name)
        {
            case "nginx":
                var nginx = await NginxServer.StartAsync(lab, "server", Port, NginxBlock(scene));
                _process = nginx.Process;
                _owned = nginx;
                return;
            case "kestrel" or "kestrel2":
                _owned = await TestHttpServer.StartAsync(
                    lab["server"].Namespace,
                    new IPEndPoint(IPAddress.IPv6Any, Port),
                    Name == "kestrel2" ? HttpProtocols.Http2 : HttpProtocols.Http1,
                    context => AnswerAsync(context, scene));
                return;
            case "node":
                _process = lab.Start("server", "node", Script("server.js"), port, scene.LargeFile);
                break;
            case "python":
                _process = lab.Start("server", "/usr/bin/python3", Script("server.py"), port, scene.LargeFile);
                break;
            case "asyncio":
                _process = lab.Start("server", "/usr/bin/python3", Script("raw_server.py"), port, scene.LargeFile);
                break;
            case "java":
                _process = lab.Start("server", "java", Script("Server.java"), port, scene.LargeFile);
                break;
            default:
                throw new ArgumentException($"there is no server '{Name}'");
        }

        await _process.WaitForPortAsync(new IPEndPoint(IPAddress.IPv6Loopback, Port), Wait.Patience);
    }

    private string NginxBlock(PartyScene scene) => $$"""
        access_log /dev/stdout;
        client_max_body_size 0;
        sendfile on;
        location /v1/large { alias {{scene.LargeFile}}; }
        location /v1/put { root {{_directory.Path}}; dav_methods PUT; create_full_put_path on; }
        location /v1/204 { return 204; }
        location /v1/304 { return 304; }
        location /v1/few { keepalive_requests 10; return 200 "hello\n"; }
        location /v1/chunked { alias {{_directory.Write("hello", "hello\n")}}; }
        location ~ ^/v1/echo/(?<word>.*)$ { return 200 $word; }
        location / { return 200 "hello\n"; }
        """;

    private async Task AnswerAsync(HttpContext context, PartyScene scene)
    {
        var request = context.Request;
        var response = context.Response;
        _seen.Enqueue($"{request.Method} {context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget}");
        if (request.Method == "PUT")
        {
            context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
            var hash = await SHA256.HashDataAsync(request.Body, context.RequestAborted);
            response.ContentLength = 2 * hash.Length;
            await response.WriteAsync(Convert.ToHexStringLower(hash), context.RequestAborted);
            return;
        }

        if (request.Path.StartsWithSegments("/v1/echo", out var word))
        {
            response.ContentLength = word.Value!.Length - 1;
            await response.WriteAsync(word.Value[1..], context.RequestAborted);
            return;
        }

        switch (request.Path.Value)
        {
            case "/v1/large":
                await response.SendFileAsync(scene.LargeFile, context.RequestAborted);
                return;
            case "/v1/204" or "/v1/304":
                response.StatusCode = request.Path.Value == "/v1/204" ? 204 : 304;
                return;
            case "/v1/socket":
                await EchoAsync(context);
                return;
            case "/v1/chunked":
                await response.WriteAsync("hel", context.RequestAborted);
                await response.Body.FlushAsync(context.RequestAborted);
                await response.WriteAsync("lo\n", context.RequestAborted);
                return;
            default:
                response.ContentLength = 6;
                if (request.Method != "HEAD")
                {
                    await response.WriteAsync("hello\n", context.RequestAborted);
                }

                return;
        }
    }

    /// <summary>A WebSocket (RFC 6455) that sends every message back.</summary>
    private static async Task EchoAsync(HttpContext context)
    {
        context.Response.Headers.Upgrade = "websocket";
        context.Response.Headers.SecWebSocketAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
        await using var stream = await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
        using var socket = WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true });
        var buffer = new byte[30_000];
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
                return;
            }

            await socket.SendAsync(
                buffer.AsMemory(0, part.Count), part.MessageType, part.EndOfMessage, context.RequestAborted);
        }
    }
}
