using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Jumpgate.Http.Http2.Trial;

/// <summary>
/// The least of an HTTP/2 client (RFC 9113): one request with exactly the given fields, which no client library would
/// send, and the frame that refuses it.
/// </summary>
internal sealed class TrialClient(TrialConnection connection)
{
    private const byte Headers = 1;
    private const byte RstStream = 3;
    private const byte Settings = 4;
    private const byte GoAway = 7;
    private const byte Continuation = 9;
    private const byte EndStream = 1;
    private const byte EndHeaders = 4;
    private const int HeaderLength = 9;
    private const int MaxPayload = 16 * 1024;

    public async Task SendAsync(IReadOnlyList<(string Name, string Value)> fields, CancellationToken cancellationToken)
    {
        connection.Sending.Write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8);
        WriteFrame(Settings, 0, stream: 0, []);
        var block = new ArrayBufferWriter<byte>();
        foreach (var (name, value) in fields)
        {
            block.Write<byte>([0]); // Literal without indexing, new name (RFC 7541 section 6.2.2).
            WriteString(block, name);
            WriteString(block, value);
        }

        // A body that was announced is still to come.
        var flags = fields.Any(f => f.Name == "content-length") ? 0 : EndStream;
        var rest = block.WrittenSpan;
        for (var type = Headers; type == Headers || !rest.IsEmpty; type = Continuation, flags = 0)
        {
            var part = rest[..Math.Min(rest.Length, MaxPayload)];
            rest = rest[part.Length..];
            WriteFrame(type, (byte)(rest.IsEmpty ? flags | EndHeaders : flags), stream: 1, part);
        }

        await connection.Sending.FlushAsync(cancellationToken);
    }

    /// <returns>The code of the first RST_STREAM or GOAWAY; null where the connection just ends.</returns>
    public async Task<int?> ReadErrorAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await connection.Receiving.ReadAsync(cancellationToken);
            var buffer = read.Buffer;
            while (TryReadFrame(ref buffer, out var code))
            {
                if (code is not null)
                {
                    return code;
                }
            }

            connection.Receiving.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted || read.IsCanceled)
            {
                return null;
            }
        }
    }

    private static bool TryReadFrame(ref ReadOnlySequence<byte> buffer, out int? code)
    {
        code = null;
        if (buffer.Length < HeaderLength)
        {
            return false;
        }

        var head = buffer.Slice(0, HeaderLength).ToArray();
        var length = (head[0] << 16) | (head[1] << 8) | head[2];
        if (buffer.Length < HeaderLength + length)
        {
            return false;
        }

        var payload = buffer.Slice(HeaderLength, length).ToArray();
        code = head[3] switch
        {
            RstStream => BinaryPrimitives.ReadInt32BigEndian(payload),
            GoAway => BinaryPrimitives.ReadInt32BigEndian(payload.AsSpan(4)),
            _ => null,
        };
        buffer = buffer.Slice(HeaderLength + length);
        return true;
    }

    private void WriteFrame(byte type, byte flags, byte stream, ReadOnlySpan<byte> payload)
    {
        var length = payload.Length;
        connection.Sending.Write<byte>([(byte)(length >> 16), (byte)(length >> 8), (byte)length, type, flags, 0, 0, 0, stream]);
        connection.Sending.Write(payload);
    }

    /// <summary>Without Huffman code (RFC 7541 section 5.2).</summary>
    private static void WriteString(ArrayBufferWriter<byte> block, string text)
    {
        const int Prefix = 0x7f;
        var rest = text.Length - Prefix;
        block.Write<byte>([(byte)Math.Min(text.Length, Prefix)]);
        for (; rest >= 0x80; rest >>= 7)
        {
            block.Write<byte>([(byte)(rest | 0x80)]);
        }

        if (rest >= 0)
        {
            block.Write<byte>([(byte)rest]);
        }

        block.Write(Encoding.Latin1.GetBytes(text));
    }
}
