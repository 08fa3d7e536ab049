using System.Buffers.Binary;

namespace Jumpgate.Kafka.Replies;

internal static class ReplyFrame
{
    public static byte[] WithLength(ReadOnlySpan<byte> message)
    {
        var frame = new byte[4 + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, message.Length);
        message.CopyTo(frame.AsSpan(4));
        return frame;
    }
}
