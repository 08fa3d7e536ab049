using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
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
    private const int FirstKnownStatus = 8;
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

    /// <returns>
    /// What refuses the request: an error frame, or a status where there are too many headers. Neither where the
    /// connection just ends.
    /// </returns>
    public async Task<(Http2ErrorFrame? Error, int Status)> ReadRefusalAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await connection.Receiving.ReadAsync(cancellationToken);
            var buffer = read.Buffer;
            while (TryReadFrame(ref buffer, out var type, out var payload))
            {
                switch (type)
                {
                    case Headers:
                        return (null, ReadStatus(payload));
                    case RstStream:
                        return (new Http2ErrorFrame(false, BinaryPrimitives.ReadInt32BigEndian(payload)), 0);
                    case GoAway:
                        return (new Http2ErrorFrame(true, BinaryPrimitives.ReadInt32BigEndian(payload.AsSpan(4))), 0);
                }
            }

            connection.Receiving.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted || read.IsCanceled)
            {
                return default;
            }
        }
    }

    private static bool TryReadFrame(ref ReadOnlySequence<byte> buffer, out byte type, out byte[] payload)
    {
        type = 0;
        payload = [];
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

        type = head[3];
        payload = buffer.Slice(HeaderLength, length).ToArray();
        buffer = buffer.Slice(HeaderLength + length);
        return true;
    }

    /// <summary>
    /// Kestrel writes the status first: one of the static table, or a literal with its name from there (RFC 7541
    /// appendix A), after changes of the table's size.
    /// </summary>
    private static int ReadStatus(ReadOnlySpan<byte> block)
    {
        while ((block[0] & 0xe0) == 0x20)
        {
            var skip = 1;
            for (var more = (block[0] & 0x1f) == 0x1f; more; skip++)
            {
                more = (block[skip] & 0x80) != 0;
            }

            block = block[skip..];
        }

        ReadOnlySpan<int> known = [200, 204, 206, 304, 400, 404, 500];
        return (block[0] & 0x80) != 0
            ? known[(block[0] & 0x7f) - FirstKnownStatus]
            : int.Parse(block.Slice(2, block[1]), NumberStyles.None, CultureInfo.InvariantCulture);
    }

    private void WriteFrame(byte type, byte flags, byte stream, ReadOnlySpan<byte> payload)
    {
        var length = payload.Length;
        var to = connection.Sending;
        to.Write<byte>([(byte)(length >> 16), (byte)(length >> 8), (byte)length, type, flags, 0, 0, 0, stream]);
        to.Write(payload);
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
