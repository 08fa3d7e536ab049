using System.Buffers;
using System.Net.Sockets;
using Jumpgate.Connections;

namespace Jumpgate.Kafka.Connections;

/// <summary>The sending half of a connection: small messages leave together, large ones are not copied.</summary>
internal sealed class GatheringOutput(Socket socket) : IDisposable
{
    private const int Size = 32 * 1024;

    private byte[] _buffer = [];
    private int _length;

    public Socket Socket { get; } = socket;

    /// <summary>Null: TCP paces.</summary>
    public ISendPacer? Pacer { get; init; }

    public long Sent { get; private set; }

    public async ValueTask WriteAsync(ReadOnlySequence<byte> bytes)
    {
        foreach (var segment in bytes)
        {
            await WriteAsync(segment);
        }
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > Size - _length)
        {
            return SendAsync(bytes);
        }

        Gather(bytes.Span);
        return default;
    }

    public async ValueTask FlushAsync()
    {
        if (_length > 0)
        {
            await SendWholeAsync(_buffer.AsMemory(0, _length));
            Dispose();
        }
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

    private void Gather(ReadOnlySpan<byte> bytes)
    {
        if (_buffer.Length == 0)
        {
            _buffer = ArrayPool<byte>.Shared.Rent(Size);
        }

        bytes.CopyTo(_buffer.AsSpan(_length));
        _length += bytes.Length;
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        await FlushAsync();
        if (bytes.Length <= Size / 2)
        {
            Gather(bytes.Span);
        }
        else
        {
            await SendWholeAsync(bytes);
        }
    }

    private async ValueTask SendWholeAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var piece = bytes;
            if (Pacer is not null)
            {
                piece = bytes[..Math.Min(bytes.Length, Pacer.PieceSize)];
                await Pacer.WaitAsync(piece.Length);
            }

            var count = await Socket.SendAsync(piece);
            Sent += count;
            bytes = bytes[count..];
        }
    }
}
