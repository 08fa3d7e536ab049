using System.Buffers.Binary;
using System.Text;
using Jumpgate.Kafka.Messages;

namespace Jumpgate.Kafka.Tests.Support;

/// <summary>Reads a message into values, with a cursor of its own: what a client makes of a reply.</summary>
internal sealed class SampleReader(byte[] bytes, int position = 0)
{
    public int Position { get; private set; } = position;

    public bool IsAtEnd => Position == bytes.Length;

    public Dictionary<string, object?> Read(StructLayout layout)
    {
        var values = new Dictionary<string, object?>();
        foreach (var field in layout.Fields)
        {
            values[field.Name] = Read(field, layout.IsFlexible);
        }

        if (layout.HasTags)
        {
            for (var tags = Varint(); tags > 0; tags--)
            {
                var tag = Varint();
                var size = (int)Varint();
                var end = Position + size;
                ArgumentOutOfRangeException.ThrowIfNegative(size);
                if (layout.Tagged.TryGetValue(tag, out var field))
                {
                    values[field.Name] = Read(field, true);
                }

                Position = end;
            }
        }

        return values;
    }

    public uint Varint()
    {
        uint value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = bytes[Position++];
            value |= (uint)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }

    public ReadOnlySpan<byte> Take(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        Position += count;
        return bytes.AsSpan(Position - count, count);
    }

    public int Int32() => BinaryPrimitives.ReadInt32BigEndian(Take(4));

    private object? Read(FieldLayout field, bool isFlexible)
    {
        switch (field.Type)
        {
            case WireType.String:
                var size = isFlexible ? (int)Varint() - 1 : BinaryPrimitives.ReadInt16BigEndian(Take(2));
                return size < 0 ? Null(field) : Encoding.UTF8.GetString(Take(size));
            case WireType.Bytes or WireType.Records:
                var length = isFlexible ? (int)Varint() - 1 : Int32();
                return length < 0 ? Null(field) : Take(length).ToArray();
            case WireType.Array:
                var count = isFlexible ? (int)Varint() - 1 : Int32();
                return count < 0 ? Null(field) : Read(field.Inner!, count);
            case WireType.Struct:
                return field.IsNullable && (sbyte)Take(1)[0] < 0 ? null : Read(field.Inner!);
            case WireType.Opaque:
                return Take(bytes.Length - Position).ToArray();
            case WireType.Bool or WireType.Int8:
                return (sbyte)Take(1)[0];
            case WireType.Int16 or WireType.UInt16:
                return BinaryPrimitives.ReadInt16BigEndian(Take(2));
            case WireType.Int32:
                return Int32();
            case WireType.Uuid:
                return BinaryPrimitives.ReadUInt128BigEndian(Take(16));
            default:
                return BinaryPrimitives.ReadInt64BigEndian(Take(8));
        }
    }

    private List<Dictionary<string, object?>> Read(StructLayout element, int count)
    {
        var elements = new List<Dictionary<string, object?>>();
        for (; count > 0; count--)
        {
            elements.Add(Read(element));
        }

        return elements;
    }

    private static object? Null(FieldLayout field) =>
        field.IsNullable ? null : throw new InvalidDataException($"{field.Name} is null.");
}
