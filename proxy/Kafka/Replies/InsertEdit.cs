using Jumpgate.Kafka.Messages;
using Jumpgate.Kafka.Wire;

namespace Jumpgate.Kafka.Replies;

/// <summary>
/// Puts the denied topics before those that the broker answers. So the reply needs to be read only up to where its
/// topics begin, however large it is.
/// </summary>
/// <param name="opening">Hears of the session that the rest of the request opens.</param>
internal sealed class InsertEdit(
    ApiDescription api, short version, ReadOnlyMemory<byte> elements, int count, SessionEdit? opening = null)
    : ReplyEdit(api, version)
{
    /// <summary>Where the broker's message stands before the topics, it may be as long as a string can.</summary>
    private const int LongestText = 3 + short.MaxValue;

    public override int Needed
    {
        get
        {
            var layout = Api.Reply(Version);
            var leading = layout.Before(layout.Find("topics")!).Fields;
            return Leading + (leading.Count(f => f.Type == WireType.String) * LongestText);
        }
    }

    public override void Apply(ReadOnlySpan<byte> message, WireWriter output, out int replaced)
    {
        opening?.Apply(message, output, out _);
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
