using System.Buffers.Binary;
using System.Net;

namespace Jumpgate.Testing;

/// <summary>What tests ask of a received frame. IPv6 extension headers are not walked.</summary>
/// <param name="Source">Address, with port for TCP and UDP (else 0).</param>
/// <param name="Destination">Address, with port for TCP and UDP (else 0).</param>
/// <param name="Protocol">IPPROTO_*; of IPv6, the first next header.</param>
/// <param name="TcpFlags">None for other protocols.</param>
/// <param name="IcmpType">Type of an ICMP or ICMPv6 message, else null.</param>
/// <param name="Payload">After the TCP, UDP or ICMP (8 bytes) header; else after the IP header.</param>
public sealed record ParsedPacket(
    IPEndPoint Source,
    IPEndPoint Destination,
    byte Protocol,
    TcpFlags TcpFlags,
    byte? IcmpType,
    ReadOnlyMemory<byte> Payload)
{
    private const int EthernetLength = 14;

    /// <summary>Parses an Ethernet frame; null where it holds no whole IPv4 or IPv6 packet.</summary>
    public static ParsedPacket? Parse(ReadOnlyMemory<byte> frame) =>
        frame.Length < EthernetLength ? null : ParseIP(frame[EthernetLength..]);

    /// <summary>Parses an IP packet; null where it is none, or not whole.</summary>
    public static ParsedPacket? ParseIP(ReadOnlyMemory<byte> packet)
    {
        var bytes = packet.Span;
        if (bytes.Length >= 40 && bytes[0] >> 4 == 6)
        {
            var length = 40 + BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]);
            return length > bytes.Length ? null : ParseTransport(
                new IPAddress(bytes[8..24]), new IPAddress(bytes[24..40]), bytes[6], packet[40..length]);
        }

        if (bytes.Length >= 20 && bytes[0] >> 4 == 4)
        {
            var header = (bytes[0] & 15) * 4;
            var length = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
            return length > bytes.Length || header < 20 || header > length ? null : ParseTransport(
                new IPAddress(bytes[12..16]), new IPAddress(bytes[16..20]), bytes[9], packet[header..length]);
        }

        return null;
    }

    private static ParsedPacket? ParseTransport(
        IPAddress source, IPAddress destination, byte protocol, ReadOnlyMemory<byte> data)
    {
        var bytes = data.Span;
        int From(int offset, ReadOnlySpan<byte> span) => BinaryPrimitives.ReadUInt16BigEndian(span[offset..]);
        switch (protocol)
        {
            case 6 when bytes.Length >= 20:
                var header = Math.Min((bytes[12] >> 4) * 4, bytes.Length);
                return new ParsedPacket(
                    new IPEndPoint(source, From(0, bytes)),
                    new IPEndPoint(destination, From(2, bytes)),
                    protocol,
                    (TcpFlags)(bytes[13] & 0x1f),
                    null,
                    data[header..]);
            case 17 when bytes.Length >= 8:
                return new ParsedPacket(
                    new IPEndPoint(source, From(0, bytes)),
                    new IPEndPoint(destination, From(2, bytes)),
                    protocol,
                    TcpFlags.None,
                    null,
                    data[8..]);
            default:
                var isIcmp = protocol is 1 or 58 && bytes.Length >= 8;
                return new ParsedPacket(
                    new IPEndPoint(source, 0),
                    new IPEndPoint(destination, 0),
                    protocol,
                    TcpFlags.None,
                    isIcmp ? bytes[0] : null,
                    isIcmp ? data[8..] : data);
        }
    }
}
