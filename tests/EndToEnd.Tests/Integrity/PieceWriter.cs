using System.Buffers;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Jumpgate.EndToEnd.Tests.Integrity;

/// <summary>Gathers messages and sends them, whole or in pieces, with pauses, as the dice fall.</summary>
internal sealed class PieceWriter(Socket socket)
{
    private readonly ArrayBufferWriter<byte> _pending = new();
    private int _firstHead;

    public bool IsEmpty => _pending.WrittenCount == 0;

    public int Gathered => _pending.WrittenCount;

    public void AddHead(byte[] head)
    {
        _firstHead = IsEmpty ? head.Length : _firstHead;
        _pending.Write(head);
    }

    public void AddBody(ReadOnlyMemory<byte> body, bool isChunked, ref Dice dice)
    {
        if (!isChunked)
        {
            _pending.Write(body.Span);
            return;
        }

        var most = 1 << (4 + dice.Below(14));
        while (!body.IsEmpty)
        {
            var size = Math.Min(body.Length, 1 + dice.Below(Math.Max(most, body.Length / 50)));
            // The proxy takes extensions away and lets trailers pass: a message may become its own at any chunk.
            var line = size.ToString(dice.Chance(20) ? "X4" : "x", CultureInfo.InvariantCulture) + (dice.Chance(2)
                ? ";a=\"b\"" : "");
            _pending.Write(Encoding.ASCII.GetBytes($"{line}\r\n"));
            _pending.Write(body.Span[..size]);
            _pending.Write("\r\n"u8);
            body = body[size..];
        }

        _pending.Write(dice.Chance(10) ? "0\r\nX-Trailer: 1\r\nX-Other: 2\r\n\r\n"u8 : "0\r\n\r\n"u8);
    }

    public async Task FlushAsync(Dice dice)
    {
        var bytes = _pending.WrittenMemory;
        if (bytes.IsEmpty)
        {
            return;
        }

        // Half of all messages whole; then head and body apart, a cut within the head, a few pieces, many pieces.
        var style = dice.Below(20);
        var next = style switch
        {
            < 10 => bytes.Length,
            < 13 => _firstHead,
            < 15 => 1 + dice.Below(Math.Max(1, _firstHead - 1)),
            _ => 1 + dice.Below(bytes.Length),
        };
        while (!bytes.IsEmpty)
        {
            next = Math.Clamp(next, 1, bytes.Length);
            for (var piece = bytes[..next]; !piece.IsEmpty;)
            {
                piece = piece[await socket.SendAsync(piece, SocketFlags.None)..];
            }

            bytes = bytes[next..];
            if (!bytes.IsEmpty)
            {
                await PauseAsync(dice.Below(100));
            }

            next = style < 18
                ? (style < 15 ? bytes.Length : 1 + dice.Below(bytes.Length + 1)) : 1 + dice.Below(24 * 1024);
        }

        _pending.ResetWrittenCount();
    }

    /// <summary>Mostly none; the others run on, or a moment passes.</summary>
    public static async Task PauseAsync(int chance)
    {
        if (chance < 5)
        {
            await Task.Delay(1 + chance);
        }
        else if (chance < 40)
        {
            await Task.Yield();
        }
    }
}
