using System.Buffers;
using System.IO.Pipelines;

namespace Jumpgate.Http.Http2;

/// <summary>Reads bytes that were taken from a connection already, then the connection itself.</summary>
/// <remarks>
/// Bytes in front and bytes behind are never presented together without a copy, but that copy happens only where the
/// reader examines all of the front without consuming it, which is at most once for a preface cut in two.
/// </remarks>
internal sealed class PrefixedPipeReader(ReadOnlyMemory<byte> prefix, PipeReader inner) : PipeReader
{
    private ReadOnlySequence<byte> _front = new(prefix);
    private bool _frontExamined = prefix.IsEmpty;
    private bool _presented;
    private bool _innerCompleted;

    public override bool TryRead(out ReadResult result)
    {
        if (_front.IsEmpty)
        {
            return inner.TryRead(out result);
        }

        if (_frontExamined)
        {
            if (!inner.TryRead(out result))
            {
                return false;
            }

            result = Join(result);
            return true;
        }

        result = Present(false);
        return true;
    }

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (_front.IsEmpty)
        {
            return inner.ReadAsync(cancellationToken);
        }

        return _frontExamined ? ReadMoreAsync(cancellationToken) : new(Present(false));
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (!_presented)
        {
            inner.AdvanceTo(consumed, examined);
            return;
        }

        _presented = false;
        _frontExamined = _front.Slice(examined).IsEmpty;
        _front = _front.Slice(consumed);
    }

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    private async ValueTask<ReadResult> ReadMoreAsync(CancellationToken cancellationToken) =>
        Join(await inner.ReadAsync(cancellationToken));

    private ReadResult Join(in ReadResult more)
    {
        var joined = new byte[_front.Length + more.Buffer.Length];
        _front.CopyTo(joined);
        more.Buffer.CopyTo(joined.AsSpan((int)_front.Length));
        inner.AdvanceTo(more.Buffer.End);
        _innerCompleted |= more.IsCompleted;
        _front = new(joined);
        return Present(more.IsCanceled);
    }

    private ReadResult Present(bool isCanceled)
    {
        _presented = true;
        return new ReadResult(_front, isCanceled, _innerCompleted);
    }
}
