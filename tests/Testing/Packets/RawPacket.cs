using System.Buffers.Binary;
using System.Net;
using System.Net.NetworkInformation;

namespace Jumpgate.Testing;

/// <summary>
/// Builds packets with right lengths and checksums, for injection and for BPF_PROG_TEST_RUN. Everything but
/// <see cref="Ethernet"/> returns an IP packet; the family is that of the addresses.
/// </summary>
public static class RawPacket
{
    private const byte Icmp = 1;
    private const byte TcpProtocol = 6;
    private const byte UdpProtocol = 17;
    private const byte FragmentHeader = 44;
    private const byte IcmpV6 = 58;
    private const byte HopLimit = 64;

    /// <summary>A TCP segment without options (RFC 9293).</summary>
    public static byte[] Tcp(
        IPEndPoint source,
        IPEndPoint destination,
        TcpFlags flags,
        uint sequence = 1,
        uint acknowledgement = 0,
        params ReadOnlySpan<byte> payload)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(destination);
        var segment = new byte[20 + payload.Length];
        BinaryPrimitives.WriteUInt16BigEndian(segment, (ushort)source.Port);
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(2), (ushort)destination.Port);
        BinaryPrimitives.WriteUInt32BigEndian(segment.AsSpan(4), sequence);
        BinaryPrimitives.WriteUInt32BigEndian(segment.AsSpan(8), acknowledgement);
        segment[12] = 5 << 4;
        segment[13] = (byte)flags;
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(14), 0xffff);
        payload.CopyTo(segment.AsSpan(20));
        return Summed(source.Address, destination.Address, TcpProtocol, segment, checksumOffset: 16);
    }

    /// <summary>A UDP datagram (RFC 768).</summary>
    public static byte[] Udp(IPEndPoint source, IPEndPoint destination, params ReadOnlySpan<byte> payload)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(destination);
        var datagram = new byte[8 + payload.Length];
        BinaryPrimitives.WriteUInt16BigEndian(datagram, (ushort)source.Port);
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(2), (ushort)destination.Port);
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(4), (ushort)datagram.Length);
        payload.CopyTo(datagram.AsSpan(8));
        return Summed(source.Address, destination.Address, UdpProtocol, datagram, checksumOffset: 6);
    }

    /// <summary>An echo request or reply (RFC 792, RFC 4443).</summary>
    public static byte[] Echo(
        IPAddress source,
        IPAddress destination,
        ushort identifier,
        ushort sequence,
        bool isReply = false,
        params ReadOnlySpan<byte> payload)
    {
        ArgumentNullException.ThrowIfNull(source);
        var body = new byte[4 + payload.Length];
        BinaryPrimitives.WriteUInt16BigEndian(body, identifier);
        BinaryPrimitives.WriteUInt16BigEndian(body.AsSpan(2), sequence);
        payload.CopyTo(body.AsSpan(4));
        var isIPv6 = IsIPv6(source);
        var type = isIPv6 ? (isReply ? 129 : 128) : (isReply ? 0 : 8);
        return IcmpMessage(source, destination, (byte)type, 0, body);
    }

    /// <summary>An ICMP error that quotes the packet it is about.</summary>
    /// <param name="source">Who reports it.</param>
    /// <param name="destination">Who sent the packet.</param>
    /// <param name="type">ICMP or ICMPv6 type.</param>
    /// <param name="code">Its code.</param>
    /// <param name="about">IP packet; cut to what fits in 576 or 1280 bytes.</param>
    /// <param name="mtu">Next-hop MTU (RFC 1191, RFC 8201); 0 where the type has none.</param>
    public static byte[] IcmpError(
        IPAddress source, IPAddress destination, byte type, byte code, ReadOnlySpan<byte> about, uint mtu = 0)
    {
        ArgumentNullException.ThrowIfNull(source);
        var quoted = about[..Math.Min(about.Length, IsIPv6(source) ? 1232 : 548)];
        var body = new byte[4 + quoted.Length];
        BinaryPrimitives.WriteUInt32BigEndian(body, mtu);
        quoted.CopyTo(body.AsSpan(4));
        return IcmpMessage(source, destination, type, code, body);
    }

    /// <summary>An ICMP or ICMPv6 message; the body starts after type, code and checksum.</summary>
    public static byte[] IcmpMessage(
        IPAddress source, IPAddress destination, byte type, byte code, params ReadOnlySpan<byte> body)
    {
        ArgumentNullException.ThrowIfNull(source);
        byte[] message = [type, code, 0, 0, .. body];
        if (IsIPv6(source))
        {
            return Summed(source, destination, IcmpV6, message, checksumOffset: 2);
        }

        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(2), Checksum.Of(message));
        return IP(source, destination, Icmp, message);
    }

    /// <summary>An IP packet around any payload (RFC 791, RFC 8200), without options or extension headers.</summary>
    public static byte[] IP(
        IPAddress source, IPAddress destination, byte protocol, params ReadOnlySpan<byte> payload)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(destination);
        if (source.AddressFamily != destination.AddressFamily)
        {
            throw new ArgumentException($"{source} and {destination} are not of one family");
        }

        if (IsIPv6(source))
        {
            var packet = new byte[40 + payload.Length];
            packet[0] = 6 << 4;
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), (ushort)payload.Length);
            packet[6] = protocol;
            packet[7] = HopLimit;
            source.GetAddressBytes().CopyTo(packet, 8);
            destination.GetAddressBytes().CopyTo(packet, 24);
            payload.CopyTo(packet.AsSpan(40));
            return packet;
        }

        return IPv4(source, destination, protocol, 0, 0, payload);
    }

    /// <summary>Cuts a packet into fragments (RFC 791 section 3.2, RFC 8200 section 4.5).</summary>
    /// <param name="packet">As made by this class: no IPv4 options, no IPv6 extension headers.</param>
    /// <param name="size">Payload bytes of each fragment but the last; a multiple of 8.</param>
    /// <param name="identification">The same in all fragments; IPv4 uses the low half.</param>
    public static IReadOnlyList<byte[]> Fragment(byte[] packet, int size, uint identification = 0x4a4a)
    {
        ArgumentNullException.ThrowIfNull(packet);
        if (size <= 0 || size % 8 != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(size), size, "a multiple of 8 is needed");
        }

        var isIPv6 = packet[0] >> 4 == 6;
        var payload = packet.AsSpan(isIPv6 ? 40 : 20);
        var source = new IPAddress(isIPv6 ? packet.AsSpan(8, 16) : packet.AsSpan(12, 4));
        var destination = new IPAddress(isIPv6 ? packet.AsSpan(24, 16) : packet.AsSpan(16, 4));
        var fragments = new List<byte[]>();
        for (var offset = 0; offset < payload.Length; offset += size)
        {
            var piece = payload[offset..Math.Min(offset + size, payload.Length)];
            var more = offset + size < payload.Length;
            if (isIPv6)
            {
                var header = new byte[8];
                header[0] = packet[6];
                BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), (ushort)(offset | (more ? 1 : 0)));
                BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4), identification);
                fragments.Add(IP(source, destination, FragmentHeader, [.. header, .. piece]));
            }
            else
            {
                var flags = (ushort)((offset / 8) | (more ? 0x2000 : 0));
                fragments.Add(IPv4(source, destination, packet[9], (ushort)identification, flags, piece));
            }
        }

        return fragments;
    }

    /// <summary>Puts options into an IPv4 header (RFC 791 section 3.1): a multiple of 4 bytes, 40 at most.</summary>
    public static byte[] WithOptions(byte[] packet, params ReadOnlySpan<byte> options)
    {
        ArgumentNullException.ThrowIfNull(packet);
        if (options.Length % 4 != 0 || options.Length > 40)
        {
            throw new ArgumentOutOfRangeException(
                nameof(options), options.Length, "a multiple of 4 up to 40 is needed");
        }

        byte[] longer = [.. packet.AsSpan(0, 20), .. options, .. packet.AsSpan(20)];
        longer[0] = (byte)((4 << 4) | (5 + (options.Length / 4)));
        BinaryPrimitives.WriteUInt16BigEndian(longer.AsSpan(2), (ushort)longer.Length);
        longer.AsSpan(10, 2).Clear();
        BinaryPrimitives.WriteUInt16BigEndian(longer.AsSpan(10), Checksum.Of(longer.AsSpan(0, 20 + options.Length)));
        return longer;
    }

    /// <summary>Puts an extension header first in an IPv6 packet (RFC 8200 section 4).</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="type">Its number as a next header.</param>
    /// <param name="rest">Everything behind its first byte, which holds the former next header.</param>
    public static byte[] WithExtension(byte[] packet, byte type, params ReadOnlySpan<byte> rest)
    {
        ArgumentNullException.ThrowIfNull(packet);
        byte[] longer = [.. packet.AsSpan(0, 40), packet[6], .. rest, .. packet.AsSpan(40)];
        longer[6] = type;
        BinaryPrimitives.WriteUInt16BigEndian(longer.AsSpan(4), (ushort)(longer.Length - 40));
        return longer;
    }

    /// <summary>An Ethernet frame around an IP packet.</summary>
    public static byte[] Ethernet(PhysicalAddress source, PhysicalAddress destination, params ReadOnlySpan<byte> packet)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(destination);
        byte[] type = packet.Length > 0 && packet[0] >> 4 == 6 ? [0x86, 0xdd] : [0x08, 0x00];
        return [.. destination.GetAddressBytes(), .. source.GetAddressBytes(), .. type, .. packet];
    }

    private static bool IsIPv6(IPAddress address) =>
        address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;

    private static byte[] Summed(
        IPAddress source, IPAddress destination, byte protocol, byte[] payload, int checksumOffset)
    {
        var sum = Checksum.WithPseudoHeader(
            source.GetAddressBytes(), destination.GetAddressBytes(), protocol, payload);

        // 0 means "none" to UDP (RFC 768); its equal in one's complement is sent instead.
        var sent = sum == 0 && protocol == UdpProtocol ? (ushort)0xffff : sum;
        BinaryPrimitives.WriteUInt16BigEndian(payload.AsSpan(checksumOffset), sent);
        return IP(source, destination, protocol, payload);
    }

    private static byte[] IPv4(
        IPAddress source,
        IPAddress destination,
        byte protocol,
        ushort identification,
        ushort flags,
        ReadOnlySpan<byte> payload)
    {
        var packet = new byte[20 + payload.Length];
        packet[0] = (4 << 4) | 5;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), identification);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(6), flags);
        packet[8] = HopLimit;
        packet[9] = protocol;
        source.GetAddressBytes().CopyTo(packet, 12);
        destination.GetAddressBytes().CopyTo(packet, 16);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(10), Checksum.Of(packet.AsSpan(0, 20)));
        payload.CopyTo(packet.AsSpan(20));
        return packet;
    }
}
