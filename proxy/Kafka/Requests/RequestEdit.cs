using System.Buffers.Binary;
using System.Text;
using Jumpgate.Kafka.Messages;
using Jumpgate.Kafka.Wire;

namespace Jumpgate.Kafka.Requests;

/// <summary>Changes requests that are forwarded only in part. Frames, with their length and header.</summary>
internal static class RequestEdit
{
    /// <summary>
    /// The frame without the topics (name, or null; id, or null) for which <paramref name="isKept"/> says no.
    /// </summary>
    /// <param name="frame">Length, header and body.</param>
    /// <param name="bodyStart">Where the body begins in it.</param>
    public static byte[] WithoutTopics(
        ReadOnlySpan<byte> frame, int bodyStart, StructLayout layout, Func<string?, UInt128?, bool> isKept)
    {
        var view = new BodyView(frame);
        var topics = layout.Find("topics")!;
        var offsets = view.Offsets(layout, bodyStart);
        var index = layout.Fields.IndexOf(topics);
        var count = view.LengthAt(layout.IsFlexible, offsets[index], out var at);
        var kept = new WireWriter();
        var number = 0;
        for (var i = 0; i < count; i++)
        {
            var end = view.SkipStruct(topics.Inner!, at);
            var (name, id) = TopicAt(view, topics.Inner!, at);
            if (isKept(name, id))
            {
                kept.Write(frame[at..end]);
                number++;
            }

            at = end;
        }

        var output = new WireWriter();
        output.Write(frame[..offsets[index]]);
        output.WriteLength(number, layout.IsFlexible);
        output.Write(kept.Written.Span);
        output.Write(frame[at..]);
        var edited = output.Written.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(edited, edited.Length - 4);
        return edited;
    }

    /// <summary>
    /// Makes a Fetch that says everything open no session: the broker answers it, and remembers nothing.
    /// </summary>
    public static void WithoutSession(Span<byte> frame, int bodyStart, StructLayout layout)
    {
        var epoch = layout.Find(FieldRole.SessionEpoch)!;
        var at = new BodyView(frame).Offsets(layout.Before(epoch), bodyStart)[^1];
        BinaryPrimitives.WriteInt32BigEndian(frame[at..], -1);
    }

    /// <summary>The frame with another topic for its page to begin with, in place of the one that it has.</summary>
    public static byte[] WithCursor(ReadOnlySpan<byte> frame, int bodyStart, StructLayout layout, string topic)
    {
        var cursor = layout.Find("cursor")!;
        var view = new BodyView(frame);
        // Behind the byte that says that there is one.
        var at = view.Offsets(layout.Before(cursor), bodyStart)[^1] + 1;
        var (_, end) = view.StringAt(layout.IsFlexible, at, out _);
        var output = new WireWriter();
        output.Write(frame[..at]);
        output.WriteString(topic, layout.IsFlexible);
        output.Write(frame[end..]);
        var edited = output.Written.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(edited, edited.Length - 4);
        return edited;
    }

    private static (string? Name, UInt128? Id) TopicAt(BodyView view, StructLayout element, int position)
    {
        var offsets = view.Offsets(element, position);
        string? name = null;
        if (element.Topic is not null)
        {
            var (start, end) = view.StringAt(
                element.IsFlexible, offsets[element.Fields.IndexOf(element.Topic)], out var isNull);
            name = isNull ? null : Encoding.UTF8.GetString(view.Bytes[start..end]);
        }

        // Beside a name, zero is none.
        UInt128? id = element.TopicId is null ? null : view.UuidAt(offsets[element.Fields.IndexOf(element.TopicId)]);
        return (name, name is not null && id == default(UInt128) ? null : id);
    }
}
