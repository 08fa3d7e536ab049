using System.Buffers;
using System.Net.Sockets;
using System.Text;

namespace Jumpgate.Http.Connections;

/// <summary>The sending half of a connection: small writes are gathered, so that a head and its body leave together.</summary>
internal sealed class SocketOutput(Socket socket) : IDisposable
{
    private const int Size = 16 * 1024;

    private byte[] _buffer = [];
    private int _length;

    public Socket Socket { get; } = socket;

    /// <summary>Asked before anything is sent; the kernel may have something for the same reader under way.</summary>
    public Func<ValueTask>? Gate { get; set; }

    /// <summary>Null: TCP paces.</summary>
    public ISendPacer? Pacer { get; init; }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        MakeRoom(bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(_length));
        _length += bytes.Length;
    }

    /// <summary>Writes text that is known to be ASCII or Latin-1.</summary>
    public void Write(ReadOnlySpan<char> text)
    {
        MakeRoom(text.Length);
        _length += Encoding.Latin1.GetBytes(text, _buffer.AsSpan(_length));
    }

    /// <summary>Sends what is gathered, then the payload: together where it fits, else without copying it.</summary>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> payload)
    {
        if (_length + payload.Length <= Size)
        {
            Write(payload.Span);
            payload = default;
        }

        await FlushAsync();
        while (!payload.IsEmpty)
        {
            var piece = payload;
            if (Pacer is not null)
            {
                piece = payload[..Math.Min(payload.Length, Pacer.PieceSize)];
                await Pacer.WaitAsync(piece.Length);
            }

            payload = payload[await Socket.SendAsync(piece)..];
        }
    }

    public async ValueTask FlushAsync()
    {
        if (Gate is not null)
        {
            await Gate();
        }

        if (Pacer is not null)
        {
            await Pacer.WaitAsync(_length);
        }

        var sent = 0;
        while (sent < _length)
        {
            sent += await Socket.SendAsync(_buffer.AsMemory(sent, _length - sent));
        }

        Dispose();
    }

    public void Dispose()
    {
        _length = 0;
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }
    }

    private void MakeRoom(int needed)
    {
        if (_buffer.Length - _length >= needed)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(Size, Math.Max(_buffer.Length * 2, _length + needed)));
        Buffer.BlockCopy(_buffer, 0, larger, 0, _length);
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        _buffer = larger;
    }
}
