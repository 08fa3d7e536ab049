using System.Net;
using System.Net.Sockets;
using System.Text;
using Jumpgate.Http.Connections;

namespace Jumpgate.Http.Http2;

/// <summary>
/// The way to the server for one client connection: one HTTP/2 connection at a time, opened by the first request that
/// is forwarded and again where the server closed it. Never shared: servers see one caller per connection, as without a
/// proxy.
/// </summary>
internal sealed class Http2Upstream : IDisposable
{
    private readonly ProxiedConnection _connection;
    private readonly HashSet<Socket> _open = [];
    private readonly Lock _lock = new();
    private bool _closed;

    public Http2Upstream(ProxiedConnection connection, HttpFilterOptions options)
    {
        _connection = connection;
        var handler = new SocketsHttpHandler
        {
            ActivityHeadersPropagator = null,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectCallback = ConnectAsync,
            ConnectTimeout = Timeout.InfiniteTimeSpan, // The connector keeps the time.
            EnableMultipleHttp2Connections = false,
            MaxResponseHeadersLength = Math.Max(1, options.MaxHeadBytes / 1024), // In KiB.
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan, // Lives as long as the client's connection.
            PooledConnectionLifetime = Timeout.InfiniteTimeSpan,
            RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1, // Byte for byte, as on the way in.
            ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
            UseCookies = false,
            UseProxy = false,
        };
        Client = new HttpMessageInvoker(handler, disposeHandler: true);
    }

    public HttpMessageInvoker Client { get; }

    /// <summary>Closes everything at once; a server in the middle of something sees a reset.</summary>
    public void Dispose()
    {
        Socket[] open;
        lock (_lock)
        {
            _closed = true;
            open = [.. _open];
            _open.Clear();
        }

        Client.Dispose();
        foreach (var socket in open)
        {
            if (_connection.Aborted.IsCancellationRequested)
            {
                socket.Reset();
            }
            else
            {
                socket.Dispose();
            }
        }
    }

    private async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var channel = await _connection.Upstream.ConnectAsync(_connection.Flow, cancellationToken);
        var socket = channel.Release();
        var pacer = await _connection.Lanes.PacerAsync(socket.SafeHandle);
        lock (_lock)
        {
            if (!_closed)
            {
                socket.NoDelay = true;
                _open.Add(socket);
                return new UpstreamStream(this, socket, pacer);
            }
        }

        socket.Dispose();
        throw new SocketException((int)SocketError.OperationAborted);
    }

    private sealed class UpstreamStream(Http2Upstream owner, Socket socket, ISendPacer? pacer)
        : NetworkStream(socket, ownsSocket: true)
    {
        public override async ValueTask WriteAsync(
            ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (pacer is not null)
            {
                await pacer.WaitAsync(buffer.Length);
            }

            await base.WriteAsync(buffer, cancellationToken);
        }

        protected override void Dispose(bool disposing)
        {
            lock (owner._lock)
            {
                owner._open.Remove(Socket);
            }

            base.Dispose(disposing);
        }
    }
}
