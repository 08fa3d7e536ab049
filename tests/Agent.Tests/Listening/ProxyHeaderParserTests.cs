using System.Buffers.Binary;
using System.Net;
using Jumpgate.Agent.Listening.ProxyProtocol;

namespace Jumpgate.Agent.Tests.Listening;

/// <summary>
/// PROXY protocol v2 by haproxy's proxy-protocol.txt, section 2.2: each byte of the fixed part, each length.
/// </summary>
public sealed class ProxyHeaderParserTests
{
    public static TheoryData<string> Good =>
        new() { "ipv4", "ipv6", "ipv4 with extensions", "ipv6 with extensions", "mapped", "largest" };

    [Theory]
    [MemberData(nameof(Good))]
    public void Header_EveryPrefix_AsksForMoreAndTheWholeIsRead(string kind)
    {
        var (bytes, source, destination) = Named(kind);
        for (var come = 0; come < bytes.Length; come++)
        {
            Assert.Null(ProxyHeaderParser.TryRead(bytes.AsSpan(0, come), out var needed, out var error));
            Assert.Equal(ProxyHeaderError.None, error);
            // Never more than the header has: what comes behind belongs to others.
            Assert.Equal(come < 16 ? 16 : bytes.Length, needed);
        }

        byte[] more = [.. bytes, 0, 0, 0, 9];
        foreach (var received in (byte[][])[bytes, more])
        {
            var header = ProxyHeaderParser.TryRead(received, out var length, out var error);
            Assert.Equal(ProxyHeaderError.None, error);
            Assert.Equal(bytes.Length, length);
            Assert.Equal(
                (IPEndPoint.Parse(source), IPEndPoint.Parse(destination)), (header!.Source, header.Destination));
        }
    }

    [Fact]
    public void Header_AnyOtherByteOfTheSignature_IsRefusedAtOnce()
    {
        var bytes = ProxyHeaderBytes.Of("10.0.0.1:1000", "10.0.0.2:9092");
        for (var at = 0; at < 12; at++)
        {
            var changed = bytes.ToArray();
            changed[at] ^= 1;
            Assert.Null(ProxyHeaderParser.TryRead(changed.AsSpan(0, at + 1), out _, out var error));
            Assert.Equal(ProxyHeaderError.NoSignature, error);
        }
    }

    [Fact]
    public void Header_EveryVersionCommandAndTransport_OnlyTcpProxyPasses()
    {
        var bytes = ProxyHeaderBytes.Of("[fd00::1]:1000", "[fd00::2]:9092");
        for (var value = 0; value < 256; value++)
        {
            bytes[12] = (byte)value;
            ProxyHeaderParser.TryRead(bytes.AsSpan(0, 13), out _, out var error);
            var expected = value >> 4 != 2 ? ProxyHeaderError.Version
                : (value & 15) switch
                {
                    0 => ProxyHeaderError.Local,
                    1 => ProxyHeaderError.None,
                    _ =>
                    ProxyHeaderError.Command
                };
            Assert.Equal((value, expected), (value, error));
        }

        bytes[12] = 0x21;
        for (var value = 0; value < 256; value++)
        {
            bytes[13] = (byte)value;
            ProxyHeaderParser.TryRead(bytes.AsSpan(0, 14), out _, out var error);
            Assert.Equal((value, value is not (0x11 or 0x21)), (value, error == ProxyHeaderError.Transport));
        }
    }

    [Theory]
    [InlineData(0, "Truncated")]
    [InlineData(11, "Truncated")]
    [InlineData(12, "None")]
    [InlineData(13, "Extensions")]
    [InlineData(14, "Extensions")]
    [InlineData(15, "None")]
    [InlineData(1008, "None")]
    [InlineData(1009, "TooLong")]
    [InlineData(65535, "TooLong")]
    public void Length_OfAnIPv4Header_IsWithinBounds(int announced, string expected)
    {
        var bytes = new byte[16 + announced];
        ProxyHeaderBytes.Of("10.0.0.1:1000", "10.0.0.2:9092")
            .CopyTo(bytes.AsSpan(0, Math.Min(28, bytes.Length)), cut: true);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(14), (ushort)announced);
        if (announced == 1008)
        {
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(29), 1008 - 12 - 3);
        }

        var header = ProxyHeaderParser.TryRead(bytes, out _, out var error);

        Assert.Equal(expected, error.ToString());
        Assert.Equal(expected == "None", header is not null);
        if (expected is "Truncated" or "TooLong")
        {
            // Known from the length alone: nothing of the rest is waited for.
            ProxyHeaderParser.TryRead(bytes.AsSpan(0, 16), out _, out error);
            Assert.Equal(expected, error.ToString());
        }
    }

    [Theory]
    [InlineData("ipv4 transport, ipv6 length", 0x11, 36, "Extensions")]
    [InlineData("ipv6 transport, ipv4 length", 0x21, 12, "Truncated")]
    [InlineData("ipv6 transport, a byte short", 0x21, 35, "Truncated")]
    public void Length_OfTheOtherFamily_IsALie(string _, byte transport, int announced, string expected)
    {
        var bytes = new byte[16 + announced];
        ProxyHeaderBytes.Of("10.0.0.1:1000", "10.0.0.2:9092").CopyTo(bytes.AsSpan(), cut: true);
        bytes.AsSpan(28).Fill(0xff);
        bytes[13] = transport;
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(14), (ushort)announced);

        Assert.Null(ProxyHeaderParser.TryRead(bytes, out var _, out var error));
        Assert.Equal(expected, error.ToString());
    }

    [Theory]
    [InlineData("040000", "None")]
    [InlineData("0400010003000400000000", "None")]
    [InlineData("04", "Extensions")]
    [InlineData("0400", "Extensions")]
    [InlineData("040001", "Extensions")]
    [InlineData("04ffff00", "Extensions")]
    [InlineData("04000100ff", "Extensions")]
    public void Extensions_AddUpOrAreRefused(string hex, string expected)
    {
        var header = ProxyHeaderParser.TryRead(
            ProxyHeaderBytes.Of("10.0.0.1:1000", "10.0.0.2:9092", Convert.FromHexString(hex)), out _, out var error);

        Assert.Equal(expected, error.ToString());
        Assert.Equal(expected == "None", header is not null);
    }

    [Fact]
    public void Version1_AndPlainKafka_AreRefusedByTheirFirstBytes()
    {
        ProxyHeaderParser.TryRead("PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n"u8[..1], out _, out var error);
        Assert.Equal(ProxyHeaderError.NoSignature, error);
        ProxyHeaderParser.TryRead([0], out _, out error);
        Assert.Equal(ProxyHeaderError.NoSignature, error);
    }

    private static (byte[] Bytes, string Source, string Destination) Named(string kind)
    {
        var (source, destination) = kind.StartsWith("ipv6", StringComparison.Ordinal)
            ? ("[fd00::1]:65535", "[2001:db8::2]:9092") : ("10.0.0.1:1", "192.0.2.2:9092");
        byte[] extensions = kind.EndsWith("extensions", StringComparison.Ordinal) ? [4, 0, 2, 7, 7, 0xe0, 0, 0]
            : kind == "largest" ? [4, 3, 0xe1, .. new byte[993]] : [];
        var bytes = kind == "mapped"
            ? ProxyHeaderBytes.Of("[::ffff:10.0.0.1]:1", "[::ffff:192.0.2.2]:9092")
            : ProxyHeaderBytes.Of(source, destination, extensions);
        return (bytes, source, destination);
    }
}
