using System.Buffers.Binary;

namespace Jumpgate.Testing;

/// <summary>The internet checksum (RFC 1071), also with a pseudo-header (RFC 9293, RFC 8200 section 8.1).</summary>
internal static class Checksum
{
    public static ushort Of(params ReadOnlySpan<byte> data) => Fold(Sum(0, data));

    public static ushort WithPseudoHeader(
        ReadOnlySpan<byte> source, ReadOnlySpan<byte> destination, byte protocol, ReadOnlySpan<byte> data)
    {
        // Both families' pseudo-headers sum to the same thing: addresses, protocol and length, in any width.
        var sum = Sum(Sum(0, source), destination);
        sum += protocol;
        sum += (uint)data.Length;
        return Fold(Sum(sum, data));
    }

    private static ulong Sum(ulong sum, ReadOnlySpan<byte> data)
    {
        for (; data.Length >= 2; data = data[2..])
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(data);
        }

        return data.Length == 1 ? sum + ((uint)data[0] << 8) : sum;
    }

    private static ushort Fold(ulong sum)
    {
        while (sum > 0xffff)
        {
            sum = (sum & 0xffff) + (sum >> 16);
        }

        return (ushort)~sum;
    }
}
