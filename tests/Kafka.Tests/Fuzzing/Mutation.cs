using System.Buffers.Binary;

namespace Jumpgate.Kafka.Tests.Fuzzing;

/// <summary>Spoils frames: lengths, counts, varints, tagged fields, keys and versions, or any bytes.</summary>
internal static class Mutation
{
    private static readonly int[] _lengths =
        [-1, -2, 0, 1, 2, 3, 4, 7, 127, 128, 255, 256, 32767, 32768, 65535, 65536, 1 << 20, 1 << 24, int.MaxValue - 1,
            int.MaxValue, int.MinValue];

    private static readonly byte[] _bytes = [0x00, 0x01, 0x02, 0x7f, 0x80, 0x81, 0xfe, 0xff];

    /// <returns>The frame, changed in one to three places.</returns>
    public static byte[] Of(byte[] frame, Random dice)
    {
        for (var times = dice.Next(1, 4); times > 0 && frame.Length > 12; times--)
        {
            frame = Once(frame, dice);
        }

        return frame;
    }

    public static byte[] WithLength(byte[] frame)
    {
        BinaryPrimitives.WriteInt32BigEndian(frame, frame.Length - 4);
        return frame;
    }

    private static byte[] Once(byte[] frame, Random dice)
    {
        var at = dice.Next(4, frame.Length);
        var changed = (byte[])frame.Clone();
        switch (dice.Next(11))
        {
            case 0:
                changed[at] ^= (byte)(1 << dice.Next(8));
                return changed;
            case 1:
                changed[at] = _bytes[dice.Next(_bytes.Length)];
                return changed;
            case 2 when at + 4 <= frame.Length:
                BinaryPrimitives.WriteInt32BigEndian(changed.AsSpan(at), _lengths[dice.Next(_lengths.Length)]);
                return changed;
            case 3 when at + 2 <= frame.Length:
                BinaryPrimitives.WriteInt16BigEndian(changed.AsSpan(at), (short)_lengths[dice.Next(_lengths.Length)]);
                return changed;
            case 4:
                return WithLength([.. frame[..at], .. Varint(dice), .. frame[at..]]);
            case 5:
                return WithLength(frame[..at]);
            case 6:
                return WithLength([.. frame[..at], .. frame[Math.Min(frame.Length, at + dice.Next(1, 9))..]]);
            case 7:
                // A piece twice: topics, partitions, tagged fields.
                var piece = frame[at..Math.Min(frame.Length, at + dice.Next(1, 33))];
                return WithLength([.. frame[..at], .. piece, .. frame[at..]]);
            case 8:
                return WithLength([.. frame[..^1], .. Tagged(dice)]);
            case 9:
                BinaryPrimitives.WriteInt16BigEndian(changed.AsSpan(4 + (2 * dice.Next(2))), (short)dice.Next(-2, 100));
                return changed;
            default:
                BinaryPrimitives.WriteInt32BigEndian(changed, _lengths[dice.Next(_lengths.Length)]);
                return dice.Next(4) == 0 ? changed : Once(frame, dice);
        }
    }

    /// <summary>Whole, cut off, too long, or of more than 32 bits.</summary>
    private static byte[] Varint(Random dice)
    {
        var bytes = new byte[dice.Next(1, 7)];
        dice.NextBytes(bytes);
        for (var i = 0; i < bytes.Length - dice.Next(2); i++)
        {
            bytes[i] |= 0x80;
        }

        return bytes;
    }

    /// <summary>
    /// In place of the empty list at a flexible request's end: known numbers and others, sizes that are right and lies,
    /// in depth.
    /// </summary>
    private static byte[] Tagged(Random dice, int depth = 0)
    {
        var bytes = new List<byte>();
        var count = dice.Next(0, 4);
        bytes.Add((byte)(dice.Next(8) == 0 ? 0x7f : count));
        for (var i = 0; i < count; i++)
        {
            byte[] value = depth < 20 && dice.Next(3) > 0 ? Tagged(dice, depth + 1) : new byte[dice.Next(0, 20)];
            bytes.Add((byte)(dice.Next(4) > 0 ? i : dice.Next(128)));
            bytes.Add((byte)(dice.Next(4) > 0 ? Math.Min(value.Length, 127) : dice.Next(128)));
            bytes.AddRange(value);
        }

        return [.. bytes];
    }
}
