using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Jumpgate.Testing;

namespace Jumpgate.Http.Tests.Http2;

/// <summary>
/// Sends one request with exactly the given fields, which no well-behaved client would, and says what came back.
/// </summary>
internal static class RawHttp2
{
    private const byte Headers = 1;
    private const byte RstStream = 3;
    private const byte Settings = 4;
    private const byte GoAway = 7;

    /// <returns><c>:status: N</c>, <c>RST_STREAM N</c>, <c>GOAWAY N</c> or <c>closed</c>.</returns>
    public static async Task<string> RequestAsync(IPEndPoint server, params (string Name, string Value)[] fields)
    {
        using var timeout = new CancellationTokenSource(Wait.Patience);
        using var client = new TcpClient();
        await client.ConnectAsync(server, timeout.Token);
        var stream = client.GetStream();
        var block = new MemoryStream();
        foreach (var (name, value) in fields)
        {
            block.WriteByte(0); // Literal without indexing, new name (RFC 7541 section 6.2.2).
            WriteString(block, name);
            WriteString(block, value);
        }

        var head = new MemoryStream();
        head.Write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8);
        head.Write([0, 0, 0, Settings, 0, 0, 0, 0, 0]);
        head.Write([0, 0, (byte)block.Length, Headers, 0x5, 0, 0, 0, 1]); // END_STREAM, END_HEADERS.
        block.WriteTo(head);
        await stream.WriteAsync(head.ToArray(), timeout.Token);
        var frame = new byte[9];
        try
        {
            while (true)
            {
                await stream.ReadExactlyAsync(frame, timeout.Token);
                var payload = new byte[(frame[0] << 16) | (frame[1] << 8) | frame[2]];
                await stream.ReadExactlyAsync(payload, timeout.Token);
                switch (frame[3])
                {
                    case Headers:
                        return $":status: {Status(payload)}";
                    case RstStream:
                        return $"RST_STREAM {BinaryPrimitives.ReadInt32BigEndian(payload)}";
                    case GoAway:
                        return $"GOAWAY {BinaryPrimitives.ReadInt32BigEndian(payload.AsSpan(4))}";
                }
            }
        }
        catch (EndOfStreamException)
        {
            return "closed";
        }
    }

    private static void WriteString(MemoryStream to, string text)
    {
        to.WriteByte((byte)text.Length); // No Huffman code; shorter than 127.
        to.Write(Encoding.Latin1.GetBytes(text));
    }

    /// <summary>
    /// Reads the first field, which is the status: one of the static table, or a literal with its name from there.
    /// </summary>
    private static string Status(byte[] block)
    {
        var at = 0;
        while ((block[at] & 0xe0) == 0x20)
        {
            if ((block[at++] & 0x1f) == 0x1f)
            {
                while ((block[at++] & 0x80) != 0)
                {
                }
            }
        }

        string[] known = ["200", "204", "206", "304", "400", "404", "500"];
        return (block[at] & 0x80) != 0
            ? known[(block[at] & 0x7f) - 8]
            : Encoding.ASCII.GetString(block, at + 2, block[at + 1]);
    }
}
