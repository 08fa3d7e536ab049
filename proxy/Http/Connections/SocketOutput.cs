using System.Buffers;
using System.Text;
using Jumpgate.Connections.Sockets;

namespace Jumpgate.Http.Connections;

/// <summary>
/// The sending half of a connection: small writes are gathered, so that a head and its body leave together.
/// </summary>
internal sealed class SocketOutput(TcpChannel channel) : IDisposable
{
    private const int Size = 16 * 1024;

    private byte[] _buffer = [];
    private int _length;

    public TcpChannel Channel { get; } = channel;

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
    public ValueTask SendAsync(ReadOnlyMemory<byte> payload)
    {
        if (_length + payload.Length <= Size)
        {
            Write(payload.Span);
            return FlushAsync();
        }

        return SendBehindAsync(payload);
    }

    public ValueTask FlushAsync()
    {
        if (Gate is not null || Pacer is not null
            || (_length > 0 && Channel.TrySend(_buffer.AsSpan(0, _length)) is var sent
            && !TryDrop(sent)))
        {
            return FlushLaterAsync();
        }

        Dispose();
        return default;
    }

    private async ValueTask SendBehindAsync(ReadOnlyMemory<byte> payload)
    {
        await FlushAsync();
        while (!payload.IsEmpty)
        {
            var piece = payload;
            if (Pacer is not null)
            {
                piece = payload[..Math.Min(payload.Length, Pacer.PieceSize)];
                await Pacer.WaitAsync(piece.Length);
            }

            await Channel.SendAsync(piece);
            payload = payload[piece.Length..];
        }
    }

    private async ValueTask FlushLaterAsync()
    {
        if (Gate is not null)
        {
            await Gate();
        }

        if (Pacer is not null)
        {
            await Pacer.WaitAsync(_length);
        }

        await Channel.SendAsync(_buffer.AsMemory(0, _length));
        Dispose();
    }

    /// <summary>Takes what was sent off the front; true where that was all.</summary>
    private bool TryDrop(int sent)
    {
        if (sent == _length)
        {
            return true;
        }

        if (sent > 0)
        {
            _length -= sent;
            Buffer.BlockCopy(_buffer, sent, _buffer, 0, _length);
        }

        return false;
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
