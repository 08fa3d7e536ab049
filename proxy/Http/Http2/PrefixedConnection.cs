using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Jumpgate.Http.Http2;

/// <summary>A connection whose first bytes were read before Kestrel saw it.</summary>
internal sealed class PrefixedConnection : ConnectionContext
{
    private readonly ConnectionContext _inner;

    public PrefixedConnection(ConnectionContext inner, ReadOnlyMemory<byte> received)
    {
        _inner = inner;
        Transport = new PrefixedDuplexPipe(inner.Transport, received);
    }

    public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

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

    public override async ValueTask DisposeAsync()
    {
        await _inner.DisposeAsync();
        await base.DisposeAsync();
        Ended.TrySetResult();
    }

    private sealed class PrefixedDuplexPipe(IDuplexPipe inner, ReadOnlyMemory<byte> received) : IDuplexPipe
    {
        public PipeReader Input { get; } = new PrefixedPipeReader(inner.Input, received);

        public PipeWriter Output => inner.Output;
    }
}
