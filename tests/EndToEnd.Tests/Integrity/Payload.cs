using System.Buffers.Binary;
using System.Numerics;

namespace Jumpgate.EndToEnd.Tests.Integrity;

/// <summary>
/// Bodies as windows on one large field of noise: each end knows every byte to come, so that one that is wrong, lost,
/// doubled or moved is seen at its place, when it comes.
/// </summary>
internal static class Payload
{
    public const int MaxSize = 256 * 1024;
    private const int FieldSize = 4 * 1024 * 1024;
    private static readonly byte[] Field = Fill();

    public static ReadOnlyMemory<byte> Take(ref Dice dice, int size) =>
        Field.AsMemory(dice.Below(FieldSize - MaxSize), size);

    /// <summary>CRC-32C, as both sides state it in a header.</summary>
    public static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var sum = 0u;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            sum = BitOperations.Crc32C(sum, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (var one in bytes)
        {
            sum = BitOperations.Crc32C(sum, one);
        }

        return sum;
    }

    private static byte[] Fill()
    {
        var field = new byte[FieldSize];
        var dice = new Dice(1, 2, 3, 4);
        for (var at = 0; at < field.Length; at += sizeof(ulong))
        {
            BinaryPrimitives.WriteUInt64LittleEndian(field.AsSpan(at), dice.Next());
        }

        return field;
    }
}
