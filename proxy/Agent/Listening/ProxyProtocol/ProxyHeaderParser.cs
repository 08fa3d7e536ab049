using System.Buffers.Binary;
using System.Net;

namespace Jumpgate.Agent.Listening.ProxyProtocol;

/// <summary>
/// PROXY protocol version 2 (haproxy's proxy-protocol.txt, section 2.2), as strictly as a receiver may: PROXY of TCP
/// over IPv4 or IPv6, nothing else. What is wrong is refused at the first byte that shows it. Extensions are walked
/// over, and not believed.
/// </summary>
internal static class ProxyHeaderParser
{
    /// <summary>Bytes of the largest header taken. Addresses need 52; the rest is for extensions.</summary>
    public const int MaxLength = 1024;

    private const int FixedLength = 16;
    private const int ExtensionHeaderLength = 3;
    private const byte Version2 = 0x20;
    private const byte CommandLocal = 0x0;
    private const byte CommandProxy = 0x1;
    private const byte TcpOverIPv4 = 0x11;
    private const byte TcpOverIPv6 = 0x21;

    private static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    /// <param name="received">The connection's bytes from its first one on.</param>
    /// <param name="length">
    /// How many bytes the header has, as far as is known: a reader that asks for no more never takes a byte of what
    /// comes behind.
    /// </param>
    /// <param name="error">Not None: it is refused, and no further byte can mend it.</param>
    /// <returns>Null with no error: more bytes are needed.</returns>
    public static ProxyHeader? TryRead(ReadOnlySpan<byte> received, out int length, out ProxyHeaderError error)
    {
        length = FixedLength;
        error = CheckStart(received);
        if (error != ProxyHeaderError.None || received.Length < FixedLength)
        {
            return null;
        }

        var isIPv6 = received[13] == TcpOverIPv6;
        var announced = BinaryPrimitives.ReadUInt16BigEndian(received[14..]);
        var addressLength = isIPv6 ? 16 : 4;
        var addressesLength = (2 * addressLength) + 4;
        length = FixedLength + announced;
        error = announced < addressesLength ? ProxyHeaderError.Truncated
            : length > MaxLength ? ProxyHeaderError.TooLong
            : ProxyHeaderError.None;
        if (error != ProxyHeaderError.None || received.Length < length)
        {
            return null;
        }

        var body = received[FixedLength..length];
        if (!AddUp(body[addressesLength..]))
        {
            error = ProxyHeaderError.Extensions;
            return null;
        }

        var ports = body[(2 * addressLength)..];
        return new ProxyHeader(
            EndPoint(body[..addressLength], ports),
            EndPoint(body.Slice(addressLength, addressLength), ports[2..]));
    }

    private static ProxyHeaderError CheckStart(ReadOnlySpan<byte> received)
    {
        var common = Math.Min(received.Length, Signature.Length);
        if (!received[..common].SequenceEqual(Signature[..common]))
        {
            return ProxyHeaderError.NoSignature;
        }

        if (received.Length > 12)
        {
            if ((received[12] & 0xf0) != Version2)
            {
                return ProxyHeaderError.Version;
            }

            switch (received[12] & 0x0f)
            {
                case CommandLocal:
                    return ProxyHeaderError.Local;
                case not CommandProxy:
                    return ProxyHeaderError.Command;
            }
        }

        return received.Length > 13 && received[13] is not (TcpOverIPv4 or TcpOverIPv6)
            ? ProxyHeaderError.Transport : ProxyHeaderError.None;
    }

    /// <summary>
    /// Each extension has a type, a length of two bytes, and that many bytes; the last ends with the header.
    /// </summary>
    private static bool AddUp(ReadOnlySpan<byte> extensions)
    {
        while (extensions.Length >= ExtensionHeaderLength)
        {
            var size = ExtensionHeaderLength + BinaryPrimitives.ReadUInt16BigEndian(extensions[1..]);
            if (size > extensions.Length)
            {
                return false;
            }

            extensions = extensions[size..];
        }

        return extensions.IsEmpty;
    }

    /// <summary>An IPv4 address in IPv6 clothes is the IPv4 address that the tables know.</summary>
    private static IPEndPoint EndPoint(ReadOnlySpan<byte> address, ReadOnlySpan<byte> port)
    {
        var ip = new IPAddress(address);
        return new IPEndPoint(ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip, BinaryPrimitives.ReadUInt16BigEndian(port));
    }
}
