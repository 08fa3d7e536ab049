using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace Jumpgate.Http.Http2;

/// <summary>
/// The way from the transparent listener into Kestrel: a listener that binds nothing and yields the connections that
/// are put into it. Kestrel asks for one listener, once.
/// </summary>
internal sealed class HandOver : IConnectionListenerFactory, IConnectionListenerFactorySelector, IConnectionListener
{
    // Unbounded is bounded by the sockets that exist: each entry is an accepted connection, and Kestrel takes them at
    // once.
    private readonly Channel<ConnectionContext> _connections =
        Channel.CreateUnbounded<ConnectionContext>(new UnboundedChannelOptions { SingleReader = true });

    public EndPoint EndPoint { get; } = new Place();

    /// <returns>False once Kestrel has been told to stop.</returns>
    public bool TryGive(ConnectionContext connection) => _connections.Writer.TryWrite(connection);

    public bool CanBind(EndPoint endpoint) => endpoint is Place;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        new(this);

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await _connections.Reader.WaitToReadAsync(cancellationToken))
        {
            if (_connections.Reader.TryRead(out var connection))
            {
                return connection;
            }
        }

        return null;
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _connections.Writer.TryComplete();
        return default;
    }

    public async ValueTask DisposeAsync()
    {
        _connections.Writer.TryComplete();
        while (_connections.Reader.TryRead(out var connection))
        {
            await connection.DisposeAsync();
        }
    }

    private sealed class Place : EndPoint
    {
        public override string ToString() => "handed-over";
    }
}
