using System.Text;

namespace Jumpgate.EndToEnd.Tests.Lanes;

/// <summary>
/// One HTTP/2 request by hand (RFC 9113), with windows as large as there are: what holds a server back is not HTTP/2.
/// </summary>
internal static class Http2Wire
{
    private const byte Data = 0, Headers = 1, Settings = 4, WindowUpdate = 8;
    private const byte EndStream = 1;
    private const byte InitialWindowSize = 4;

    public static Task AskAsync(Wire wire, string target)
    {
        byte[] largest = [0x7f, 0xff, 0xff, 0xff];
        byte[] window = [0x7f, 0xff, 0, 0]; // The 65,535 bytes that a connection begins with are in it already.

        // HPACK (RFC 7541): ":method GET" and ":scheme http" by index, ":path" and ":authority" as literals.
        byte[] fields =
            [0x82, 0x86, 0x04, (byte)target.Length, .. Encoding.ASCII.GetBytes(target), 0x01, 6, .. "server"u8];
        byte[] request =
        [
            .. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8,
            .. Frame(Settings, 0, 0, [0, InitialWindowSize, .. largest]),
            .. Frame(WindowUpdate, 0, 0, window),
            .. Frame(Headers, 4 | EndStream, 1, fields),
        ];
        return wire.SendAsync(request);
    }

    /// <summary>The response's body, passed on as it comes.</summary>
    public static async Task ReadBodyAsync(Wire wire, Action<ReadOnlySpan<byte>> take)
    {
        var head = new byte[9];
        while (true)
        {
            var at = 0;
            await wire.ReadAsync(head.Length, part =>
            {
                part.CopyTo(head.AsSpan(at));
                at += part.Length;
            });
            var isData = head[3] == Data;
            await wire.ReadAsync((head[0] << 16) | (head[1] << 8) | head[2], isData ? take : null);
            if (head[3] is Data or Headers && (head[4] & EndStream) != 0)
            {
                return;
            }
        }
    }

    private static byte[] Frame(byte type, byte flags, byte stream, byte[] payload) =>
        [0, 0, (byte)payload.Length, type, flags, 0, 0, 0, stream, .. payload];
}
