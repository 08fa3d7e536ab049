using System.Buffers;
using Jumpgate.Kafka.Requests;
using Jumpgate.Kafka.Wire;

namespace Jumpgate.Kafka.Connections;

/// <summary>Drives the walker over one frame as its bytes come, in whatever segments.</summary>
internal sealed class FrameWalk
{
    /// <summary>
    /// No single field is larger: strings have at most 32,767 bytes, and everything longer is skipped.
    /// </summary>
    private const int LargestField = 33 * 1024;

    private readonly RequestWalker _walker;
    private long _skip;

    public FrameWalk(RequestWalker walker) => _walker = walker;

    /// <summary>Bytes of the frame that have been walked through.</summary>
    public long Position { get; private set; }

    /// <summary>
    /// Bytes to come that nobody wants to see: they lie within one field, and the skeleton has no place for it.
    /// </summary>
    public long ToSkip => Skeleton is null || _walker.IsSkippingRecords ? _skip : 0;

    public FrameError Error => _walker.Error;

    public bool IsAllNamed => _walker.IsAllNamed;

    /// <summary>
    /// Gets what was walked through and not skipped, where somebody wants it: a request without its record batches.
    /// </summary>
    public WireWriter? Skeleton { get; set; }

    public void Begin(RequestHeader header, long start, long length)
    {
        Position = start;
        _skip = 0;
        Skeleton = null;
        _walker.Begin(header.Api.Request(header.Version), length - start);
    }

    /// <summary>So many of <see cref="ToSkip"/> have passed unseen.</summary>
    public void Skip(int count)
    {
        Position += count;
        _skip -= count;
    }

    /// <param name="frame">The frame from <paramref name="offset"/> on, as far as it has come.</param>
    /// <returns>NeedMore, Done or Failed.</returns>
    public WalkStep Walk(ReadOnlySequence<byte> frame, long offset)
    {
        var end = offset + frame.Length;
        while (true)
        {
            var skipped = Math.Min(_skip, end - Position);
            if (Skeleton is not null && !_walker.IsSkippingRecords)
            {
                foreach (var segment in frame.Slice(Position - offset, skipped))
                {
                    Skeleton.Write(segment.Span);
                }
            }

            Position += skipped;
            _skip -= skipped;
            if (_skip > 0)
            {
                return WalkStep.NeedMore;
            }

            var rest = frame.Slice(Position - offset);
            var span = rest.FirstSpan;
            var step = _walker.Walk(span, out var consumed);
            Take(span, consumed);
            if (step == WalkStep.NeedMore && rest.Length > span.Length)
            {
                step = WalkJoined(rest.Slice(consumed), out var isAll);
                if (step == WalkStep.NeedMore && !isAll)
                {
                    continue;
                }
            }

            if (step != WalkStep.Skip)
            {
                return step;
            }

            _skip = _walker.SkipLength;
        }
    }

    /// <summary>A field that begins in one segment and ends in another.</summary>
    private WalkStep WalkJoined(ReadOnlySequence<byte> rest, out bool isAll)
    {
        var length = (int)Math.Min(rest.Length, LargestField);
        var joined = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            rest.Slice(0, length).CopyTo(joined);
            var step = _walker.Walk(joined.AsSpan(0, length), out var consumed);
            Take(joined, consumed);
            isAll = length == rest.Length;
            return step;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(joined);
        }
    }

    private void Take(ReadOnlySpan<byte> bytes, int consumed)
    {
        Position += consumed;
        Skeleton?.Write(bytes[..consumed]);
    }
}
