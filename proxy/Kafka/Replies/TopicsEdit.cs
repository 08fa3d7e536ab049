using System.Buffers.Binary;
using System.Text;
using Jumpgate.Kafka.Messages;
using Jumpgate.Kafka.Requests;
using Jumpgate.Kafka.Wire;
using Jumpgate.Policy.Kafka;

namespace Jumpgate.Kafka.Replies;

/// <summary>
/// Replies that list topics by name: those that the client may not see are left out, those that it asked for and may
/// not have are put in with an error, and topic ids are learnt.
/// </summary>
/// <param name="judgement">Null: nothing is left out.</param>
/// <param name="ids">What brokers of this cluster have said.</param>
/// <param name="denied">Elements of the list <c>topics</c> for those that were not asked for on.</param>
/// <param name="cursors">Seals the name with which the next page begins, where it is hidden.</param>
/// <param name="hidesAll">No topic of the broker's is shown.</param>
internal sealed class TopicsEdit(
    ApiDescription api,
    short version,
    Judgement? judgement,
    TopicIdTable ids,
    (ReadOnlyMemory<byte> Elements, int Count) denied,
    CursorSeal cursors,
    bool hidesAll = false) : ReplyEdit(api, version)
{
    public override int Needed => Whole;

    public override bool IsOptional => judgement is null && denied.Count == 0 && !hidesAll;

    public override void Apply(ReadOnlySpan<byte> message, WireWriter output, out int replaced)
    {
        var body = BodyStart(message);
        output.Write(message[..body]);
        var at = Copy(new BodyView(message), Api.Reply(Version), body, output, isRoot: true);
        if (at != message.Length)
        {
            throw new InvalidDataException("The reply goes on where its description ends.");
        }

        replaced = message.Length;
    }

    private int Copy(BodyView view, StructLayout layout, int position, WireWriter output, bool isRoot)
    {
        foreach (var field in layout.Fields)
        {
            var end = field.Type == WireType.Array && field.Inner!.NamesTopics
                ? CopyList(view, field, layout.IsFlexible, position, output, isRoot)
                : field.Inner?.Find(FieldRole.Cursor) is not null
                ? CopyCursor(view, field, layout.IsFlexible, position, output)
                : CopyPlain(view, view.SkipField(field, layout.IsFlexible, position), position, output);
            position = end;
        }

        return layout.HasTags ? CopyPlain(view, view.SkipTags(position), position, output) : position;
    }

    private static int CopyPlain(BodyView view, int end, int position, WireWriter output)
    {
        output.Write(view.Bytes[position..end]);
        return end;
    }

    private int CopyCursor(BodyView view, FieldLayout field, bool isFlexible, int position, WireWriter output)
    {
        var end = view.SkipField(field, isFlexible, position);
        if (judgement is null || (sbyte)view.Bytes[position] < 0)
        {
            return CopyPlain(view, end, position, output);
        }

        var (start, rest) = view.StringAt(isFlexible, position + 1, out _);
        var topic = Encoding.UTF8.GetString(view.Bytes[start..rest]);
        if (judgement.Policy.Shows(judgement.Request, topic))
        {
            return CopyPlain(view, end, position, output);
        }

        CopyPlain(view, position + 1, position, output);
        output.WriteString(cursors.Close(topic), isFlexible);
        return CopyPlain(view, end, rest, output);
    }

    private int CopyList(
        BodyView view, FieldLayout field, bool isFlexible, int position, WireWriter output, bool isRoot)
    {
        var count = view.LengthAt(isFlexible, position, out var at);
        var kept = new WireWriter();
        var number = 0;
        for (var i = 0; i < count; i++)
        {
            if (IsShown(view, field.Inner!, at, out var id))
            {
                number++;
                at = Copy(view, field.Inner!, at, kept, isRoot: false);
            }
            else
            {
                if (isRoot && id != default && judgement?.UnknownIds.Contains(id) is true)
                {
                    // It was asked for, and its name has only come with this reply: which it does not get.
                    number++;
                    kept.Write(DenialWriter.Topic(field.Inner!, id, (short)KafkaDenial.Topic));
                }

                at = view.SkipStruct(field.Inner!, at);
            }
        }

        if (isRoot && field.Name == "topics")
        {
            number += denied.Count;
            kept.Write(denied.Elements.Span);
        }

        output.WriteLength(count < 0 && number == 0 ? -1 : number, isFlexible);
        output.Write(kept.Written.Span);
        return at;
    }

    /// <summary>
    /// What is not about a topic is shown; what names a topic by an id that nobody knows only where the name would
    /// change nothing.
    /// </summary>
    private bool IsShown(BodyView view, StructLayout element, int position, out UInt128 id)
    {
        id = default;
        if (element.Topic is null && element.TopicId is null)
        {
            return true;
        }

        var offsets = view.Offsets(element, position);
        string? name = null;
        if (element.Topic is not null)
        {
            var (start, end) = view.StringAt(
                element.IsFlexible, offsets[element.Fields.IndexOf(element.Topic)], out var isNull);
            name = isNull ? null : Encoding.UTF8.GetString(view.Bytes[start..end]);
        }

        if (element.TopicId is not null)
        {
            id = view.UuidAt(offsets[element.Fields.IndexOf(element.TopicId)]);
            if (name is null)
            {
                name = ids.Find(id);
            }
            else if (!HasError(view, element, offsets))
            {
                ids.Learn(id, name);
            }
        }

        // An error about an id that the broker does not know names no topic, and tells nothing.
        return !hidesAll && (judgement is null
            || (name is null && HasError(view, element, offsets))
            || judgement.Policy.Shows(judgement.Request, name));
    }

    private static bool HasError(BodyView view, StructLayout element, int[] offsets) =>
        element.Find(FieldRole.Error) is { } error
        && BinaryPrimitives.ReadInt16BigEndian(view.Bytes[offsets[element.Fields.IndexOf(error)]..]) != 0;
}
