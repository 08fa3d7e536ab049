using System.Buffers;
using System.Text;

namespace Jumpgate.Xds.Resources;

/// <summary>
/// Protobuf by hand where generated code would copy: a response to a thousand streams is the same resources a thousand
/// times.
/// </summary>
internal static class ResponseEncoding
{
    private const int LengthDelimited = 2;

    public static byte[] PackAny(string typeUrl, ReadOnlySpan<byte> value)
    {
        var output = new ArrayBufferWriter<byte>(value.Length + typeUrl.Length + 12);
        WriteString(output, 1, typeUrl);
        WriteBytes(output, 2, value);
        return output.WrittenSpan.ToArray();
    }

    /// <summary><c>DiscoveryResponse.resources</c> with one <c>Any</c>.</summary>
    public static ReadOnlyMemory<byte> ResourceField(ReadOnlySpan<byte> any)
    {
        var output = new ArrayBufferWriter<byte>(any.Length + 6);
        WriteBytes(output, 2, any);
        return output.WrittenMemory;
    }

    /// <summary><c>DeltaDiscoveryResponse.resources</c> with one <c>Resource</c>.</summary>
    public static ReadOnlyMemory<byte> DeltaResourceField(string name, string version, ReadOnlySpan<byte> any)
    {
        var resource = new ArrayBufferWriter<byte>(any.Length + name.Length + version.Length + 16);
        WriteString(resource, 1, version);
        WriteBytes(resource, 2, any);
        WriteString(resource, 3, name);
        return ResourceField(resource.WrittenSpan);
    }

    public static void WriteString(IBufferWriter<byte> output, int field, string text)
    {
        if (text.Length > 0)
        {
            WriteBytes(output, field, Encoding.UTF8.GetBytes(text));
        }
    }

    public static void WriteBytes(IBufferWriter<byte> output, int field, ReadOnlySpan<byte> bytes)
    {
        WritePrefix(output, field, bytes.Length);
        output.Write(bytes);
    }

    /// <summary>Tag and length of a field whose bytes follow.</summary>
    public static void WritePrefix(IBufferWriter<byte> output, int field, int length)
    {
        WriteVarint(output, (uint)((field << 3) | LengthDelimited));
        WriteVarint(output, (uint)length);
    }

    private static void WriteVarint(IBufferWriter<byte> output, uint value)
    {
        var span = output.GetSpan(5);
        var size = 0;
        for (; value >= 0x80; value >>= 7)
        {
            span[size++] = (byte)(value | 0x80);
        }

        span[size++] = (byte)value;
        output.Advance(size);
    }
}
