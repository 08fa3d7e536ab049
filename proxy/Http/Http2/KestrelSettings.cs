using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Jumpgate.Http.Http2;

/// <summary>Every limit that matters to a proxy that nobody should notice, written out.</summary>
internal static class KestrelSettings
{
    /// <summary>
    /// Streams that one client may have open. Long-lived calls share a connection, so this is more than usual.
    /// </summary>
    public const int MaxStreamsPerConnection = 1000;

    public static KestrelServerOptions Create(HttpFilterOptions filter, HandOver handOver, IServiceProvider services)
    {
        var options = new KestrelServerOptions
        {
            AddServerHeader = false,
            AllowSynchronousIO = false,
            ApplicationServices = services,
            // Header values are bytes to the proxy: Latin-1 gives them back as they came.
            RequestHeaderEncodingSelector = static _ => Encoding.Latin1,
            ResponseHeaderEncodingSelector = static _ => Encoding.Latin1,
        };

        var limits = options.Limits;
        limits.MaxConcurrentConnections = null; // The listener in front decides.
        limits.MaxRequestBodySize = null;
        limits.MinRequestBodyDataRate = null; // A stream may be silent.
        limits.MinResponseDataRate = null; // A reader may be slow: it then holds its own window and no more.
        limits.MaxRequestHeaderCount = filter.MaxHeaders;
        limits.MaxRequestHeadersTotalSize = filter.MaxHeadBytes;
        limits.MaxRequestLineSize = Math.Min(filter.MaxHeadBytes, limits.MaxRequestHeadersTotalSize);
        limits.MaxRequestBufferSize = Math.Max(1024 * 1024, filter.MaxHeadBytes);
        limits.MaxResponseBufferSize = 64 * 1024;
        limits.KeepAliveTimeout = filter.IdleTimeout;
        limits.RequestHeadersTimeout = filter.HeadTimeout;

        var http2 = limits.Http2;
        http2.MaxStreamsPerConnection = MaxStreamsPerConnection;
        http2.MaxRequestHeaderFieldSize = filter.MaxHeadBytes;
        http2.HeaderTableSize = 4096;
        http2.MaxFrameSize = 16 * 1024;
        http2.InitialConnectionWindowSize = 1024 * 1024;
        http2.InitialStreamWindowSize = 256 * 1024;
        http2.KeepAlivePingDelay = TimeSpan.FromMinutes(1); // Finds clients that vanished without a word.
        http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);

        options.Listen(handOver.EndPoint, static listen => listen.Protocols = HttpProtocols.Http2);
        return options;
    }
}
