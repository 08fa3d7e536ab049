using System.Buffers.Binary;

namespace Jumpgate.KafkaBroker.Storage;

/// <summary>
/// Heads of what producers send: record batches (magic 2; protocol guide, "Record Batch") and single messages of the
/// time before (magic 0 and 1, without compression). Offsets are not covered by the checksum, so brokers write them in
/// place.
/// </summary>
internal readonly record struct BatchHeader(
    int Length, int Count, bool IsLegacy, bool IsCompressed, bool IsTransactional, long ProducerId, short Epoch,
    int Sequence)
{
    private const int OffsetAndLength = 12;
    private const int RecordBatchHead = 61;

    /// <returns>Null for what is neither, or not whole.</returns>
    public static BatchHeader? Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < OffsetAndLength + 14)
        {
            return null;
        }

        var length = BinaryPrimitives.ReadInt32BigEndian(bytes[8..]);
        if (length < 14 || length > bytes.Length - OffsetAndLength)
        {
            return null;
        }

        length += OffsetAndLength;
        if (bytes[16] < 2)
        {
            return new BatchHeader(length, 1, true, (bytes[17] & 7) != 0, false, -1, -1, -1);
        }

        if (bytes[16] > 2 || length < RecordBatchHead)
        {
            return null;
        }

        var attributes = BinaryPrimitives.ReadInt16BigEndian(bytes[21..]);
        return new BatchHeader(
            length,
            BinaryPrimitives.ReadInt32BigEndian(bytes[23..]) + 1,
            false,
            (attributes & 7) != 0,
            (attributes & 0x10) != 0,
            BinaryPrimitives.ReadInt64BigEndian(bytes[43..]),
            BinaryPrimitives.ReadInt16BigEndian(bytes[51..]),
            BinaryPrimitives.ReadInt32BigEndian(bytes[53..]));
    }

    public static void WriteOffset(Span<byte> batch, long offset) =>
        BinaryPrimitives.WriteInt64BigEndian(batch, offset);
}
