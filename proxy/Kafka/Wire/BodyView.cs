using System.Buffers.Binary;
using Jumpgate.Kafka.Messages;

namespace Jumpgate.Kafka.Wire;

/// <summary>
/// Finds fields in a body that is whole in memory and has been walked through before: what does not fit throws
/// <see cref="InvalidDataException"/>. Positions are offsets in the body.
/// </summary>
/// <param name="bytes">The body.</param>
/// <param name="isElided">Record batches are left out of the bytes; their lengths are as they were.</param>
internal readonly ref struct BodyView(ReadOnlySpan<byte> bytes, bool isElided = false)
{
    public ReadOnlySpan<byte> Bytes { get; } = bytes;

    /// <summary>
    /// Where each field of the structure at <paramref name="position"/> begins, and the last one ends.
    /// </summary>
    public int[] Offsets(StructLayout layout, int position)
    {
        var offsets = new int[layout.Fields.Length + 1];
        for (var i = 0; i < layout.Fields.Length; i++)
        {
            offsets[i] = position;
            position = SkipField(layout.Fields[i], layout.IsFlexible, position);
        }

        offsets[^1] = position;
        return offsets;
    }

    public int SkipStruct(StructLayout layout, int position)
    {
        if (layout.FixedSize > 0)
        {
            return Check(position + layout.FixedSize);
        }

        foreach (var field in layout.Fields)
        {
            position = SkipField(field, layout.IsFlexible, position);
        }

        return layout.HasTags ? SkipTags(position) : position;
    }

    public int SkipField(FieldLayout field, bool isFlexible, int position)
    {
        switch (field.Type)
        {
            case WireType.String:
                return StringAt(isFlexible, position, out _).End;
            case WireType.Bytes or WireType.Records:
                var length = LengthAt(isFlexible, position, out var start);
                var left = isElided && field.Type == WireType.Records ? 0 : Math.Max(length, 0);
                return Check((long)start + left);
            case WireType.Array:
                var count = LengthAt(isFlexible, position, out var at);
                if (field.Inner!.FixedSize > 0)
                {
                    return Check(at + ((long)Math.Max(count, 0) * field.Inner.FixedSize));
                }

                for (var i = 0; i < count; i++)
                {
                    at = SkipStruct(field.Inner, at);
                }

                return at;
            case WireType.Struct:
                if (!field.IsNullable)
                {
                    return SkipStruct(field.Inner!, position);
                }

                Check(position + 1);
                return (sbyte)Bytes[position] < 0 ? position + 1 : SkipStruct(field.Inner!, position + 1);
            case WireType.Opaque:
                return Bytes.Length;
            default:
                return Check(position + field.FixedSize);
        }
    }

    /// <summary>Length of bytes, or count of a list; -1 is null.</summary>
    public int LengthAt(bool isFlexible, int position, out int start)
    {
        var reader = new WireReader(Bytes[position..]);
        if (!reader.TryReadLength(isFlexible, out var length))
        {
            throw Broken();
        }

        start = position + reader.Position;
        return length;
    }

    public (int Start, int End) StringAt(bool isFlexible, int position, out bool isNull)
    {
        var reader = new WireReader(Bytes[position..]);
        if (!reader.TryReadStringLength(isFlexible, out var length) || !reader.TryTake(Math.Max(length, 0), out _))
        {
            throw Broken();
        }

        isNull = length < 0;
        return (position + reader.Position - Math.Max(length, 0), position + reader.Position);
    }

    public UInt128 UuidAt(int position) => BinaryPrimitives.ReadUInt128BigEndian(Bytes.Slice(position, 16));

    private static InvalidDataException Broken() => new("The body is not what its description says.");

    public int SkipTags(int position)
    {
        var reader = new WireReader(Bytes[position..]);
        if (!reader.TryReadVarint(out var count))
        {
            throw Broken();
        }

        for (; count > 0; count--)
        {
            if (!reader.TryReadVarint(out _) || !reader.TryReadVarint(out var size)
                || size > int.MaxValue || !reader.TryTake((int)size, out _))
            {
                throw Broken();
            }
        }

        return position + reader.Position;
    }

    private int Check(long position) => position <= Bytes.Length ? (int)position : throw Broken();
}
