using System.Net;
using System.Net.Sockets;
using Jumpgate.Http.Connections;

namespace Jumpgate.Http.Http2;

/// <summary>The one connection to the server that belongs to one HTTP/2 connection of a client.</summary>
internal sealed class Http2Upstream : IDisposable
{
    private Http2Upstream(HttpMessageInvoker invoker, string prefix)
    {
        Invoker = invoker;
        Prefix = prefix;
    }

    public HttpMessageInvoker Invoker { get; }

    /// <summary>Scheme and authority of the original destination.</summary>
    public string Prefix { get; }

    public static Http2Upstream Create(ProxiedConnection connection)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            EnableMultipleHttp2Connections = false,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            ConnectCallback = async (_, token) =>
                new NetworkStream(await connection.Upstream.ConnectAsync(connection.Flow, token), ownsSocket: true),
        };
        return new Http2Upstream(
            new HttpMessageInvoker(handler, disposeHandler: true), $"http://{connection.Flow.OriginalDestination}");
    }

    public void Dispose() => Invoker.Dispose();
}
