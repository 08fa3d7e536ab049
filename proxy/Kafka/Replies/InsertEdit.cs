using Jumpgate.Kafka.Messages;
using Jumpgate.Kafka.Wire;

namespace Jumpgate.Kafka.Replies;

/// <summary>
/// Puts the denied topics before those that the broker answers. So the reply needs to be read only up to where its topics
/// begin, however large it is.
/// </summary>
internal sealed class InsertEdit(ApiDescription api, short version, ReadOnlyMemory<byte> elements, int count)
    : ReplyEdit(api, version)
{
    public override int Needed => Leading;

    public override void Apply(ReadOnlySpan<byte> message, WireWriter output, out int replaced)
    {
        var layout = Api.Reply(Version);
        var view = new BodyView(message);
        var topics = layout.Find("topics")!;
        var at = view.Offsets(layout.Before(topics), BodyStart(message))[^1];
        var there = view.LengthAt(layout.IsFlexible, at, out replaced);
        output.Write(message[..at]);
        output.WriteLength(Math.Max(there, 0) + count, layout.IsFlexible);
        output.Write(elements.Span);
    }
}
