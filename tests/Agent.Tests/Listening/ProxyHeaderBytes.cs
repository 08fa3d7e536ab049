using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Jumpgate.Agent.Tests.Listening;

/// <summary>PROXY protocol v2 headers as a sender writes them.</summary>
internal static class ProxyHeaderBytes
{
    public static byte[] Of(string source, string destination, params byte[] extensions) =>
        Of(IPEndPoint.Parse(source), IPEndPoint.Parse(destination), extensions);

    public static byte[] Of(IPEndPoint source, IPEndPoint destination, params byte[] extensions)
    {
        var addresses = (byte[])[.. source.Address.GetAddressBytes(), .. destination.Address.GetAddressBytes()];
        var header = (byte[])
        [
            .. "\r\n\r\n\0\r\nQUIT\n"u8, 0x21,
            (byte)(source.AddressFamily == AddressFamily.InterNetwork ? 0x11 : 0x21), 0, 0,
            .. addresses, 0, 0, 0, 0, .. extensions,
        ];
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(14), (ushort)(header.Length - 16));
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(16 + addresses.Length), (ushort)source.Port);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(18 + addresses.Length), (ushort)destination.Port);
        return header;
    }

    /// <param name="cut">What does not fit is left out.</param>
    public static void CopyTo(this byte[] bytes, Span<byte> target, bool cut) =>
        bytes.AsSpan(0, cut ? Math.Min(bytes.Length, target.Length) : bytes.Length).CopyTo(target);
}
