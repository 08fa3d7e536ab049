using System.IO.Pipelines;

namespace Jumpgate.Http.Http2;

/// <summary>
/// Flushes as the pacer lets it: Kestrel's output to a joined socket, which has no window of its own.
/// </summary>
internal sealed class PacedPipeWriter(PipeWriter inner, ISendPacer pacer) : PipeWriter
{
    private int _unflushed;

    public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

    public override long UnflushedBytes => inner.UnflushedBytes;

    public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

    public override void Advance(int bytes)
    {
        _unflushed += bytes;
        inner.Advance(bytes);
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        var wait = pacer.WaitAsync(_unflushed);
        _unflushed = 0;
        return wait.IsCompletedSuccessfully
            ? inner.FlushAsync(cancellationToken) : FlushAfterAsync(wait, cancellationToken);
    }

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    private async ValueTask<FlushResult> FlushAfterAsync(ValueTask wait, CancellationToken cancellationToken)
    {
        await wait;
        return await inner.FlushAsync(cancellationToken);
    }
}
