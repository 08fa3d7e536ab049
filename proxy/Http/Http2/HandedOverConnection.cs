using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Jumpgate.Http.Connections;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Jumpgate.Http.Http2;

/// <summary>
/// A connection that somebody else accepted and began to read, as Kestrel wants to see one. It also is what requests on
/// the connection find in their features: whose connection it is and where its server is.
/// </summary>
internal sealed class HandedOverConnection : ConnectionContext
{
    private readonly ConnectionContext _inner;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="pacer">Null: TCP paces.</param>
    public HandedOverConnection(
        ProxiedConnection connection,
        Socket client,
        Http2Upstream upstream,
        ReadOnlyMemory<byte> received,
        ConnectionContext inner,
        ISendPacer? pacer)
    {
        _inner = inner;
        Connection = connection;
        Client = client;
        Upstream = upstream;
        var output = inner.Transport.Output;
        Transport = new Duplex(
            new PrefixedPipeReader(received, inner.Transport.Input), pacer is null
                ? output : new PacedPipeWriter(output, pacer));
        Features.Set(this);
    }

    public ProxiedConnection Connection { get; }

    /// <summary>Kestrel's now.</summary>
    public Socket Client { get; }

    public Http2Upstream Upstream { get; }

    /// <summary>Completes when Kestrel has let go of the connection and its socket is closed.</summary>
    public Task Ended => _ended.Task;

    public override string ConnectionId
    {
        get => _inner.ConnectionId;
        set => _inner.ConnectionId = value;
    }

    public override IFeatureCollection Features => _inner.Features;

    public override IDictionary<object, object?> Items
    {
        get => _inner.Items;
        set => _inner.Items = value;
    }

    public override IDuplexPipe Transport { get; set; }

    public override CancellationToken ConnectionClosed
    {
        get => _inner.ConnectionClosed;
        set => _inner.ConnectionClosed = value;
    }

    public override EndPoint? LocalEndPoint
    {
        get => _inner.LocalEndPoint;
        set => _inner.LocalEndPoint = value;
    }

    public override EndPoint? RemoteEndPoint
    {
        get => _inner.RemoteEndPoint;
        set => _inner.RemoteEndPoint = value;
    }

    public override void Abort(ConnectionAbortedException abortReason) => _inner.Abort(abortReason);

    public override void Abort() => _inner.Abort();

    public override async ValueTask DisposeAsync()
    {
        try
        {
            await _inner.DisposeAsync();
            await base.DisposeAsync();
        }
        finally
        {
            _ended.TrySetResult();
        }
    }

    private sealed class Duplex(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }
}
