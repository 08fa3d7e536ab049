using System.Buffers.Binary;

namespace Jumpgate.Kafka.Wire;

/// <summary>
/// Reads primitive values in place. Each method returns false where the bytes do not suffice, or where they are wrong:
/// <see cref="Error"/> tells the two apart.
/// </summary>
internal ref struct WireReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public int Position { get; private set; }

    public FrameError Error { get; private set; }

    public readonly int Left => _bytes.Length - Position;

    public readonly ReadOnlySpan<byte> Rest => _bytes[Position..];

    public bool TryReadInt8(out sbyte value)
    {
        var ok = TryTake(1, out var bytes);
        value = ok ? (sbyte)bytes[0] : default;
        return ok;
    }

    public bool TryReadInt16(out short value)
    {
        var ok = TryTake(2, out var bytes);
        value = ok ? BinaryPrimitives.ReadInt16BigEndian(bytes) : default;
        return ok;
    }

    public bool TryReadInt32(out int value)
    {
        var ok = TryTake(4, out var bytes);
        value = ok ? BinaryPrimitives.ReadInt32BigEndian(bytes) : default;
        return ok;
    }

    public bool TryReadUuid(out UInt128 value)
    {
        var ok = TryTake(16, out var bytes);
        value = ok ? BinaryPrimitives.ReadUInt128BigEndian(bytes) : default;
        return ok;
    }

    /// <summary>Unsigned, seven bits a byte, the lowest first.</summary>
    public bool TryReadVarint(out uint value)
    {
        value = 0;
        var rest = Rest;
        for (var i = 0; i < rest.Length; i++)
        {
            if (i == 4 && rest[i] > 0x0f)
            {
                Error = FrameError.Varint;
                return false;
            }

            value |= (uint)(rest[i] & 0x7f) << (7 * i);
            if (rest[i] < 0x80)
            {
                Position += i + 1;
                return true;
            }
        }

        return false;
    }

    /// <summary>A length of bytes or of a list: -1 is null.</summary>
    public bool TryReadLength(bool compact, out int length)
    {
        if (!compact)
        {
            return TryReadInt32(out length) && CheckLength(length);
        }

        length = 0;
        if (!TryReadVarint(out var value))
        {
            return false;
        }

        length = (int)value - 1;
        return CheckLength(length);
    }

    /// <summary>A length of a string: -1 is null.</summary>
    public bool TryReadStringLength(bool compact, out int length)
    {
        if (compact)
        {
            return TryReadLength(true, out length) && (length <= short.MaxValue || Fail(FrameError.FieldLength));
        }

        var ok = TryReadInt16(out var value);
        length = value;
        return ok && CheckLength(length);
    }

    public bool TryTake(int count, out ReadOnlySpan<byte> bytes)
    {
        if (Left < count)
        {
            bytes = default;
            return false;
        }

        bytes = _bytes.Slice(Position, count);
        Position += count;
        return true;
    }

    public bool Fail(FrameError error)
    {
        Error = error;
        return false;
    }

    private bool CheckLength(int length) => length >= -1 || Fail(FrameError.FieldLength);
}
