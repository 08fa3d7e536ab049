using System.Buffers;
using System.IO.Pipelines;

namespace Jumpgate.Http.Http2;

/// <summary>Reads some bytes first, then what the inner reader has.</summary>
internal sealed class PrefixedPipeReader(PipeReader inner, ReadOnlyMemory<byte> prefix) : PipeReader
{
    private ReadOnlyMemory<byte> _prefix = prefix;
    private ReadOnlySequence<byte> _given;
    private bool _examinedPrefix;

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (_prefix.IsEmpty)
        {
            inner.AdvanceTo(consumed, examined);
            return;
        }

        _prefix = _prefix[(int)_given.Slice(0, consumed).Length..];
        // What was looked at and not enough: the next read must wait for more than the prefix.
        _examinedPrefix = _given.Slice(examined).IsEmpty;
    }

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (_prefix.IsEmpty)
        {
            return await inner.ReadAsync(cancellationToken);
        }

        if (_examinedPrefix)
        {
            var more = await inner.ReadAsync(cancellationToken);
            _prefix = (byte[])[.. _prefix.Span, .. more.Buffer.ToArray()];
            inner.AdvanceTo(more.Buffer.End);
            _examinedPrefix = false;
            _given = new ReadOnlySequence<byte>(_prefix);
            return new ReadResult(_given, more.IsCanceled, more.IsCompleted);
        }

        _given = new ReadOnlySequence<byte>(_prefix);
        return new ReadResult(_given, isCanceled: false, isCompleted: false);
    }

    public override bool TryRead(out ReadResult result)
    {
        if (_prefix.IsEmpty)
        {
            return inner.TryRead(out result);
        }

        result = default;
        if (_examinedPrefix)
        {
            return false;
        }

        _given = new ReadOnlySequence<byte>(_prefix);
        result = new ReadResult(_given, isCanceled: false, isCompleted: false);
        return true;
    }
}
