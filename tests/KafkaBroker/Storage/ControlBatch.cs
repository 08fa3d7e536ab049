using System.Buffers.Binary;
using System.Numerics;

namespace Jumpgate.KafkaBroker.Storage;

/// <summary>The record that ends a transaction in a partition (protocol guide, "Control Batches").</summary>
internal static class ControlBatch
{
    public static byte[] Create(long producerId, short epoch, bool committed, long timestamp)
    {
        // One record: length, attributes, two deltas, key (version, type) and value (version, coordinator epoch).
        ReadOnlySpan<byte> record = [0x20, 0, 0, 0, 8, 0, 0, 0, (byte)(committed ? 1 : 0), 12, 0, 0, 0, 0, 0, 0, 0];
        var batch = new byte[61 + record.Length];
        record.CopyTo(batch.AsSpan(61));
        var head = batch.AsSpan();
        BinaryPrimitives.WriteInt32BigEndian(head[8..], batch.Length - 12);
        head[16] = 2;
        BinaryPrimitives.WriteInt16BigEndian(head[21..], 0x30);
        BinaryPrimitives.WriteInt64BigEndian(head[27..], timestamp);
        BinaryPrimitives.WriteInt64BigEndian(head[35..], timestamp);
        BinaryPrimitives.WriteInt64BigEndian(head[43..], producerId);
        BinaryPrimitives.WriteInt16BigEndian(head[51..], epoch);
        BinaryPrimitives.WriteInt32BigEndian(head[53..], -1);
        BinaryPrimitives.WriteInt32BigEndian(head[57..], 1);
        var checksum = uint.MaxValue;
        foreach (var value in batch.AsSpan(21))
        {
            checksum = BitOperations.Crc32C(checksum, value);
        }

        BinaryPrimitives.WriteUInt32BigEndian(head[17..], ~checksum);
        return batch;
    }
}
