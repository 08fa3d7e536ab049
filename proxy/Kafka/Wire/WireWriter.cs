using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Jumpgate.Kafka.Wire;

/// <summary>Writes primitive values into one growing array.</summary>
internal sealed class WireWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new();

    public int Length => _buffer.WrittenCount;

    public ReadOnlyMemory<byte> Written => _buffer.WrittenMemory;

    public void WriteInt8(sbyte value) => Take(1)[0] = (byte)value;

    public void WriteInt16(short value) => BinaryPrimitives.WriteInt16BigEndian(Take(2), value);

    public void WriteInt32(int value) => BinaryPrimitives.WriteInt32BigEndian(Take(4), value);

    public void WriteInt64(long value) => BinaryPrimitives.WriteInt64BigEndian(Take(8), value);

    public void WriteZeros(int count) => Take(count).Clear();

    public void Write(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Take(bytes.Length));

    public void WriteVarint(uint value)
    {
        while (value >= 0x80)
        {
            WriteInt8((sbyte)(value | 0x80));
            value >>= 7;
        }

        WriteInt8((sbyte)value);
    }

    /// <summary>A length of bytes or of a list: -1 is null.</summary>
    public void WriteLength(int length, bool compact)
    {
        if (compact)
        {
            WriteVarint((uint)(length + 1));
        }
        else
        {
            WriteInt32(length);
        }
    }

    public void WriteString(ReadOnlySpan<char> value, bool compact)
    {
        var count = Encoding.UTF8.GetByteCount(value);
        WriteStringLength(count, compact);
        Encoding.UTF8.GetBytes(value, Take(count));
    }

    public void WriteStringLength(int length, bool compact)
    {
        if (compact)
        {
            WriteVarint((uint)(length + 1));
        }
        else
        {
            WriteInt16((short)length);
        }
    }

    private Span<byte> Take(int count)
    {
        var span = _buffer.GetSpan(count)[..count];
        _buffer.Advance(count);
        return span;
    }
}
