using System.Buffers.Binary;
using Jumpgate.Kafka.Messages;
using Jumpgate.Kafka.Wire;
using Jumpgate.Policy.Kafka;

namespace Jumpgate.Kafka.Replies;

/// <summary>
/// ApiVersions: what the broker offers, cut down to what can be judged and what some rule grants. A client speaks only
/// what it finds here.
/// </summary>
internal sealed class VersionsEdit(ApiDescription api, short version, IKafkaPolicy policy) : ReplyEdit(api, version)
{
    private const int ElementSize = 6;

    public override int Needed => Whole;

    public override void Apply(ReadOnlySpan<byte> message, WireWriter output, out int replaced)
    {
        // A broker that does not know the version answers in the form of version 0 (KIP-511).
        var body = BodyStart(message);
        var isOld = BinaryPrimitives.ReadInt16BigEndian(message[body..]) == DenialCode.UnsupportedVersion;
        if (isOld && !IsOldList(message[(body + sizeof(short))..]))
        {
            // Some say no more than that they do not know it (librdkafka's mock cluster); clients then try version 0.
            output.Write(message[..(body + sizeof(short))]);
            output.WriteInt32(0);
            replaced = message.Length;
            return;
        }

        var layout = Api.Reply(isOld ? (short)0 : Version);
        var view = new BodyView(message);
        var apis = layout.Find("apis")!;
        var before = view.Offsets(layout.Before(apis), body)[^1];
        var count = view.LengthAt(layout.IsFlexible, before, out var at);
        var kept = new WireWriter();
        var number = 0;
        for (; count > 0; count--)
        {
            var end = view.SkipStruct(apis.Inner!, at);
            if (TryLimit(message.Slice(at, ElementSize), out var offer))
            {
                kept.WriteInt16((short)offer.Api.Api);
                kept.WriteInt16(offer.Versions.First);
                kept.WriteInt16(offer.Versions.Last);
                kept.Write(message[(at + ElementSize)..end]);
                number++;
            }

            at = end;
        }

        output.Write(message[..before]);
        output.WriteLength(number, layout.IsFlexible);
        output.Write(kept.Written.Span);
        output.Write(message[at..]);
        replaced = message.Length;
    }

    /// <summary>A list as version 0 has it.</summary>
    private static bool IsOldList(ReadOnlySpan<byte> bytes) =>
        BinaryPrimitives.TryReadInt32BigEndian(bytes, out var count) && count >= 0
        && (long)count * ElementSize <= bytes.Length - sizeof(int);

    private bool TryLimit(ReadOnlySpan<byte> element, out (ApiDescription Api, VersionRange Versions) offer)
    {
        offer = default;
        if (ApiCatalog.Find(BinaryPrimitives.ReadInt16BigEndian(element)) is not { } known || !policy.Grants(known.Api))
        {
            return false;
        }

        // SaslHandshake 0 is followed by bytes without frames of Kafka's own.
        var least = known.Api == KafkaApi.SaslHandshake ? (short)1 : known.Versions.First;
        var first = Math.Max(BinaryPrimitives.ReadInt16BigEndian(element[2..]), least);
        var last = Math.Min(BinaryPrimitives.ReadInt16BigEndian(element[4..]), known.Versions.Last);
        offer = (known, new VersionRange(first, last));
        return first <= last;
    }
}
