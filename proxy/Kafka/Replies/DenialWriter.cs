using System.Buffers.Binary;
using System.Text;
using Jumpgate.Kafka.Messages;
using Jumpgate.Kafka.Wire;
using Jumpgate.Policy.Kafka;

namespace Jumpgate.Kafka.Replies;

/// <summary>Writes the reply that the API defines, with an error for everything the request asked for.</summary>
internal readonly ref struct DenialWriter(BodyView request, DenialCode code)
{
    private readonly BodyView _request = request;
    private readonly DenialCode _code = code;
    private readonly WireWriter _writer = new();

    /// <summary>A whole frame.</summary>
    public static ReadOnlyMemory<byte> Frame(
        ApiDescription api, short version, int correlationId, BodyView request, DenialCode code)
    {
        var denial = new DenialWriter(request, code);
        denial._writer.WriteInt32(correlationId);
        if (api.HasTaggedReplyHeader(version))
        {
            denial._writer.WriteVarint(0);
        }

        denial.WriteStruct(api.Reply(version), api.Request(version), 0);
        return ReplyFrame.WithLength(denial._writer.Written.Span);
    }

    /// <summary>A whole frame with an error for the reply as a whole, and empty lists.</summary>
    public static ReadOnlyMemory<byte> Frame(ApiDescription api, short version, int correlationId, short code)
    {
        var denial = new DenialWriter(default, DenialCode.Whole(code, isOfTopics: false));
        denial._writer.WriteInt32(correlationId);
        if (api.HasTaggedReplyHeader(version))
        {
            denial._writer.WriteVarint(0);
        }

        denial.WriteStruct(api.Reply(version), null, 0);
        return ReplyFrame.WithLength(denial._writer.Written.Span);
    }

    /// <summary>
    /// The answer to a version of ApiVersions that nobody knows: in the form of version 0, with the versions that are
    /// (KIP-511).
    /// </summary>
    public static ReadOnlyMemory<byte> UnsupportedApiVersions(int correlationId)
    {
        var versions = ApiCatalog.Get(KafkaApi.ApiVersions).Versions;
        var writer = new WireWriter();
        writer.WriteInt32(correlationId);
        writer.WriteInt16(DenialCode.UnsupportedVersion);
        writer.WriteInt32(1);
        writer.WriteInt16((short)KafkaApi.ApiVersions);
        writer.WriteInt16(versions.First);
        writer.WriteInt16(versions.Last);
        return ReplyFrame.WithLength(writer.Written.Span);
    }

    /// <summary>Only the elements of the reply's list <c>topics</c>, to be put among a broker's.</summary>
    public static (ReadOnlyMemory<byte> Elements, int Count) Topics(
        ApiDescription api, short version, BodyView request, DenialCode code)
    {
        var denial = new DenialWriter(request, code);
        var from = api.Request(version);
        var count = denial.WriteElements(
            api.Reply(version).Find("topics")!.Inner!, from, from.Find("topics")!, request.Offsets(from, 0));
        return (denial._writer.Written, count);
    }

    /// <summary>One element of a reply's list of topics, which names it by its id alone.</summary>
    public static ReadOnlySpan<byte> Topic(StructLayout element, UInt128 id, short code)
    {
        var denial = new DenialWriter(default, DenialCode.Whole(code, isOfTopics: false));
        denial.WriteStruct(element, null, 0);
        var bytes = denial._writer.Written.ToArray();
        var offsets = new BodyView(bytes).Offsets(element, 0);
        BinaryPrimitives.WriteUInt128BigEndian(bytes.AsSpan(offsets[element.Fields.IndexOf(element.TopicId!)]), id);
        return bytes;
    }

    private void WriteStruct(StructLayout layout, StructLayout? from, int position)
    {
        var offsets = from is null ? [] : _request.Offsets(from, position);
        var code = CodeOf(layout, from, offsets);
        foreach (var field in layout.Fields)
        {
            if (field.Type == WireType.Array)
            {
                WriteList(field, layout.IsFlexible, from, offsets);
            }
            else if (field.Role == FieldRole.Error)
            {
                _writer.WriteInt16(code);
            }
            else if (field.Role == FieldRole.Message && code != 0)
            {
                _writer.WriteString(DenialCode.Text(code), layout.IsFlexible);
            }
            else if (from is null || !TryRepeat(field, from, offsets))
            {
                DefaultValue.Write(_writer, field, layout.IsFlexible);
            }
        }

        if (layout.HasTags)
        {
            _writer.WriteVarint(0);
        }
    }

    private short CodeOf(StructLayout layout, StructLayout? from, int[] offsets)
    {
        if (from is null)
        {
            return _code.Code;
        }

        if (IsAmong(_code.UnknownIds, from, offsets))
        {
            return DenialCode.UnknownTopicId;
        }

        return _code.IsOfTopics && HasErrorsWithin(layout, from, offsets) ? (short)0 : _code.Code;
    }

    /// <summary>
    /// The error has a place beside some topic or partition of this request: none in a null list, nor an empty one.
    /// </summary>
    private bool HasErrorsWithin(StructLayout layout, StructLayout from, int[] offsets)
    {
        foreach (var field in layout.Fields)
        {
            if (field.Type == WireType.Array && from.Find(field.Name) is { Type: WireType.Array } source
                && HasErrorsAmong(field.Inner!, source.Inner!, from.IsFlexible, offsets[from.Fields.IndexOf(source)]))
            {
                return true;
            }
        }

        return false;
    }

    private bool HasErrorsAmong(StructLayout layout, StructLayout from, bool isFlexible, int position)
    {
        var isError = layout.Find(FieldRole.Error) is not null;
        if (!isError && !layout.Fields.Any(f => f.Type == WireType.Array))
        {
            return false;
        }

        var count = _request.LengthAt(isFlexible, position, out position);
        for (; count > 0; count--)
        {
            if (IsAnswered(from, position)
                && (isError || HasErrorsWithin(layout, from, _request.Offsets(from, position))))
            {
                return true;
            }

            position = _request.SkipStruct(from, position);
        }

        return false;
    }

    /// <summary>Each element of the request's list of the same name gets one in the reply.</summary>
    private void WriteList(FieldLayout field, bool isFlexible, StructLayout? from, int[] offsets)
    {
        // A topic's partitions share its error.
        var isUnknown = from is not null && IsAmong(_code.UnknownIds, from, offsets);
        var elements = new DenialWriter(_request, isUnknown ? _code with { Code = DenialCode.UnknownTopicId } : _code);
        var count = 0;
        var hasSource = false;
        if (from is not null)
        {
            foreach (var name in field.Name.Split('+'))
            {
                if (from.Find(name.Split('.')[0]) is { Type: WireType.Array } source)
                {
                    hasSource = true;
                    count += name.Contains('.', StringComparison.Ordinal)
                        ? elements.WriteNested(field.Inner!, from, source, offsets, name.Split('.')[1])
                        : elements.WriteElements(field.Inner!, from, source, offsets);
                }
            }
        }

        _writer.WriteLength(!hasSource && field.IsNullable && !field.IsEmptyByDefault ? -1 : count, isFlexible);
        _writer.Write(elements._writer.Written.Span);
    }

    private int WriteNested(StructLayout layout, StructLayout from, FieldLayout outer, int[] offsets, string name)
    {
        var written = 0;
        var count = _request.LengthAt(from.IsFlexible, offsets[from.Fields.IndexOf(outer)], out var position);
        for (var i = 0; i < count; i++)
        {
            var inner = _request.Offsets(outer.Inner!, position);
            written += WriteElements(layout, outer.Inner!, outer.Inner!.Find(name)!, inner);
            position = _request.SkipStruct(outer.Inner, position);
        }

        return written;
    }

    private int WriteElements(StructLayout layout, StructLayout from, FieldLayout source, int[] offsets)
    {
        var written = 0;
        var count = _request.LengthAt(from.IsFlexible, offsets[from.Fields.IndexOf(source)], out var position);
        for (var i = 0; i < count; i++)
        {
            if (IsAnswered(source.Inner!, position))
            {
                WriteStruct(layout, source.Inner, position);
                written++;
            }

            position = _request.SkipStruct(source.Inner!, position);
        }

        return written;
    }

    private bool IsAnswered(StructLayout element, int position)
    {
        if (_code.Topics is null || (element.Topic is null && element.TopicId is null))
        {
            return true;
        }

        var offsets = _request.Offsets(element, position);
        return TopicOf(element, offsets) is { } topic && _code.Topics.Contains(topic)
            || IsAmong(_code.TopicIds, element, offsets);
    }

    private string? TopicOf(StructLayout element, int[] offsets)
    {
        if (element.Topic is null)
        {
            return null;
        }

        var (start, end) = _request.StringAt(
            element.IsFlexible, offsets[element.Fields.IndexOf(element.Topic)], out var isNull);
        return isNull ? null : Encoding.UTF8.GetString(_request.Bytes[start..end]);
    }

    /// <summary>Whether the topic's id is one of these; zero is an id only where no name stands beside it.</summary>
    private bool IsAmong(IReadOnlySet<UInt128> ids, StructLayout element, int[] offsets)
    {
        if (element.TopicId is null || ids.Count == 0)
        {
            return false;
        }

        var id = _request.UuidAt(offsets[element.Fields.IndexOf(element.TopicId)]);
        return ids.Contains(id) && (id != default || TopicOf(element, offsets) is null);
    }

    private bool TryRepeat(FieldLayout field, StructLayout from, int[] offsets)
    {
        for (var i = 0; i < from.Fields.Length; i++)
        {
            var source = from.Fields[i];
            if (source.Name == field.Name && source.Type == field.Type)
            {
                if (source.IsNullable && !field.IsNullable && field.Type == WireType.String)
                {
                    _request.StringAt(from.IsFlexible, offsets[i], out var isNull);
                    if (isNull)
                    {
                        return false;
                    }
                }

                _writer.Write(_request.Bytes[offsets[i]..offsets[i + 1]]);
                return true;
            }
        }

        return false;
    }
}
