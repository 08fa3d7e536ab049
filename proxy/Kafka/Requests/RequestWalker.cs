using Jumpgate.Kafka.Messages;
using Jumpgate.Kafka.Wire;

namespace Jumpgate.Kafka.Requests;

/// <summary>
/// Walks through a request's body field by field, in whatever pieces it comes, and notes what policy asks for. It reads
/// as a broker would: where a broker goes by a field's type and not by a size that is written beside it (tagged
/// fields), both must agree, or the broker would find topics where this sees none. Holds nothing but its place.
/// </summary>
internal sealed class RequestWalker(RequestFacts facts, NameCache names)
{
    private readonly Level[] _levels = new Level[12];
    private int _depth;
    private long _left;
    private bool _isTopicNamed;

    public FrameError Error { get; private set; }

    public long SkipLength { get; private set; }

    /// <summary>They are record batches, which no reply needs.</summary>
    public bool IsSkippingRecords { get; private set; }

    /// <summary>Nothing that policy asks for can come any more.</summary>
    public bool IsAllNamed
    {
        get
        {
            for (var i = 0; i < _depth; i++)
            {
                ref readonly var level = ref _levels[i];
                // Whether a topic has neither name nor id is known at its end.
                if ((level.Elements > 1 && level.Layout.IsAsked)
                    || level.Layout is { Topic: not null, TopicId: not null })
                {
                    return false;
                }

                var fields = level.Layout.Fields;
                for (var f = level.Field; f < fields.Length; f++)
                {
                    if (fields[f].IsAsked)
                    {
                        return false;
                    }
                }
            }

            return true;
        }
    }

    /// <param name="length">Of the body, up to the frame's end.</param>
    public void Begin(StructLayout body, long length)
    {
        facts.Reset();
        _depth = 0;
        _left = length;
        _isTopicNamed = false;
        Error = FrameError.None;
        SkipLength = 0;
        Push(body, 1, -1);
    }

    /// <summary>Walks as far as <paramref name="bytes"/> go.</summary>
    public WalkStep Walk(ReadOnlySpan<byte> bytes, out int consumed)
    {
        consumed = 0;
        while (_depth > 0)
        {
            var reader = new WireReader(bytes[consumed..]);
            var step = Step(ref reader);
            if (step == WalkStep.NeedMore)
            {
                if (reader.Error != FrameError.None || bytes.Length - consumed >= _left)
                {
                    Error = reader.Error == FrameError.None ? FrameError.Truncated : reader.Error;
                    return WalkStep.Failed;
                }

                return WalkStep.NeedMore;
            }

            consumed += reader.Position;
            _left -= reader.Position;
            if (_left < 0)
            {
                Error = FrameError.Truncated;
                return WalkStep.Failed;
            }

            if (step == WalkStep.Skip)
            {
                if (SkipLength > _left)
                {
                    Error = FrameError.FieldLength;
                    return WalkStep.Failed;
                }

                _left -= SkipLength;
                return WalkStep.Skip;
            }

            if (step == WalkStep.Failed)
            {
                return WalkStep.Failed;
            }
        }

        Error = _left == 0 ? FrameError.None : FrameError.TrailingBytes;
        return _left == 0 ? WalkStep.Done : WalkStep.Failed;
    }

    /// <summary>
    /// One field, one tag, or the end of a structure. Done: walk on. NeedMore: nothing was taken in, or it is wrong.
    /// </summary>
    private WalkStep Step(ref WireReader reader)
    {
        ref var level = ref _levels[_depth - 1];
        if (level.Field < level.Layout.Fields.Length)
        {
            var field = level.Layout.Fields[level.Field];
            return Value(field, ref level, ref reader);
        }

        if (level.Layout.HasTags && !level.TagsDone)
        {
            return Tag(ref level, ref reader);
        }

        return EndElement(ref level);
    }

    private WalkStep EndElement(ref Level level)
    {
        if (level.End >= 0 && level.End != _left)
        {
            return Fail(FrameError.TaggedField);
        }

        if (level.Layout.TopicId is not null && level.Layout.Topic is not null && !_isTopicNamed)
        {
            facts.AddNameless();
        }

        _isTopicNamed = false;
        if (--level.Elements == 0)
        {
            _depth--;
        }
        else
        {
            level.Field = 0;
            level.TagsDone = level.TagsCounted = false;
        }

        return WalkStep.Done;
    }

    private WalkStep Tag(ref Level level, ref WireReader reader)
    {
        if (!level.TagsCounted)
        {
            if (!reader.TryReadVarint(out level.Tags))
            {
                return WalkStep.NeedMore;
            }

            level.TagsCounted = true;
            level.NextTag = 0;
            level.TagsDone = level.Tags == 0;
            return WalkStep.Done;
        }

        if (!reader.TryReadVarint(out var tag) || !reader.TryReadVarint(out var size))
        {
            return WalkStep.NeedMore;
        }

        if (tag < level.NextTag || !level.Layout.Tagged.TryGetValue(tag, out var field)
            || size > _left - reader.Position)
        {
            return Fail(FrameError.TaggedField);
        }

        level.NextTag = tag + 1;
        level.TagsDone = --level.Tags == 0;
        return Push(field.Alone, 1, _left - reader.Position - size);
    }

    private WalkStep Value(FieldLayout field, ref Level level, ref WireReader reader)
    {
        var isFlexible = level.Layout.IsFlexible;
        switch (field.Type)
        {
            case WireType.String:
                if (!reader.TryReadStringLength(isFlexible, out var size))
                {
                    return WalkStep.NeedMore;
                }

                if (size > _left)
                {
                    return Fail(FrameError.FieldLength);
                }

                if (!reader.TryTake(Math.Max(size, 0), out var text))
                {
                    return WalkStep.NeedMore;
                }

                level.Field++;
                return size < 0 ? Null(field) : Text(field, text);
            case WireType.Bytes or WireType.Records:
                if (!reader.TryReadLength(isFlexible, out var length))
                {
                    return WalkStep.NeedMore;
                }

                level.Field++;
                return length < 0 ? Null(field) : Skip(length, field.Type == WireType.Records);
            case WireType.Array:
                return List(field, ref level, ref reader);
            case WireType.Struct:
                sbyte present = 1;
                if (field.IsNullable && !reader.TryReadInt8(out present))
                {
                    return WalkStep.NeedMore;
                }

                level.Field++;
                return present < 0 ? WalkStep.Done : Push(field.Inner!, 1, -1);
            case WireType.Opaque:
                level.Field++;
                facts.IsOpaque = true;
                return Skip(_left);
            default:
                if (!reader.TryTake(field.FixedSize, out var value))
                {
                    return WalkStep.NeedMore;
                }

                level.Field++;
                Number(field.Role, value);
                return WalkStep.Done;
        }
    }

    private WalkStep List(FieldLayout field, ref Level level, ref WireReader reader)
    {
        if (!reader.TryReadLength(level.Layout.IsFlexible, out var count))
        {
            return WalkStep.NeedMore;
        }

        level.Field++;
        var inner = field.Inner!;
        if (count <= 0)
        {
            // Elsewhere a null list of topics means that nothing has changed.
            if (field.Name == "topics")
            {
                facts.HasNullTopics |= count < 0;
                facts.HasEmptyTopics |= count == 0;
            }

            return count < 0 ? Null(field) : WalkStep.Done;
        }

        if (inner.FixedSize > 0 && !inner.IsAsked)
        {
            return Skip((long)count * inner.FixedSize);
        }

        // An element has at least one byte.
        return count > _left - reader.Position ? Fail(FrameError.FieldLength) : Push(inner, count, -1);
    }

    private WalkStep Text(FieldLayout field, ReadOnlySpan<byte> text)
    {
        if (field.Role != FieldRole.None)
        {
            facts.Add(field.Role, names.Get(text));
            _isTopicNamed |= field.Role == FieldRole.Topic;
        }

        return WalkStep.Done;
    }

    private void Number(FieldRole role, ReadOnlySpan<byte> bytes)
    {
        if (role == FieldRole.None)
        {
            return;
        }

        var reader = new WireReader(bytes);
        switch (role)
        {
            case FieldRole.TopicId when reader.TryReadUuid(out var id) && id != default:
                facts.AddTopicId(id);
                _isTopicNamed = true;
                break;
            // Beside it there may be a name: EndElement looks.
            case FieldRole.TopicId when _levels[_depth - 1].Layout.Topic is null:
                facts.AddNameless();
                break;
            case FieldRole.CoordinatorType when reader.TryReadInt8(out var type):
                facts.CoordinatorType = type;
                break;
            case FieldRole.ResourceType when reader.TryReadInt8(out var type):
                facts.ResourceType = type;
                break;
            case FieldRole.Acks when reader.TryReadInt16(out var acks):
                facts.Acks = acks;
                break;
            case FieldRole.SessionId when reader.TryReadInt32(out var id):
                facts.SessionId = id;
                break;
            case FieldRole.SessionEpoch when reader.TryReadInt32(out var epoch):
                facts.SessionEpoch = epoch;
                break;
        }
    }

    private WalkStep Null(FieldLayout field) => field.IsNullable ? WalkStep.Done : Fail(FrameError.UnexpectedNull);

    private WalkStep Skip(long length, bool isRecords = false)
    {
        IsSkippingRecords = isRecords;
        SkipLength = length;
        return length == 0 ? WalkStep.Done : WalkStep.Skip;
    }

    private WalkStep Fail(FrameError error)
    {
        Error = error;
        return WalkStep.Failed;
    }

    private WalkStep Push(StructLayout layout, int elements, long end)
    {
        _levels[_depth++] = new Level { Layout = layout, Elements = elements, End = end };
        return WalkStep.Done;
    }

    private struct Level
    {
        public StructLayout Layout;
        public int Field;
        /// <summary>To come, with the one under way.</summary>
        public int Elements;
        public bool TagsCounted;
        public bool TagsDone;
        public uint Tags;
        public uint NextTag;
        /// <summary>How many bytes of the frame must be left at its end; -1: any.</summary>
        public long End;
    }
}
