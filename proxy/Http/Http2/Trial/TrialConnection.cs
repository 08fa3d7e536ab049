using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Jumpgate.Http.Http2.Trial;

/// <summary>A connection in memory, as Kestrel wants to see one; and its client's ends.</summary>
/// <remarks>DefaultConnectionContext may cancel a source that it has disposed of, on a thread of its own.</remarks>
internal sealed class TrialConnection : ConnectionContext
{
    // A client may send a large head in one go, before anybody reads.
    private static readonly PipeOptions Unbounded = new(pauseWriterThreshold: 0);

    private readonly Pipe _toKestrel = new(Unbounded);
    private readonly Pipe _fromKestrel = new(Unbounded);

    public TrialConnection() => Transport = new Duplex(_toKestrel.Reader, _fromKestrel.Writer);

    public PipeWriter Sending => _toKestrel.Writer;

    public PipeReader Receiving => _fromKestrel.Reader;

    public override string ConnectionId { get; set; } = "trial";

    public override IFeatureCollection Features { get; } = new FeatureCollection();

    public override IDictionary<object, object?> Items { get; set; } = new ConnectionItems();

    public override IDuplexPipe Transport { get; set; }

    /// <summary>Ends both directions, as a client that goes away does.</summary>
    public override void Abort(ConnectionAbortedException abortReason)
    {
        _toKestrel.Writer.Complete();
        _fromKestrel.Reader.CancelPendingRead();
    }

    private sealed class Duplex(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }
}
