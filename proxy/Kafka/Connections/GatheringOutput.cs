using System.Buffers;
using Jumpgate.Connections;
using Jumpgate.Connections.Sockets;

namespace Jumpgate.Kafka.Connections;

/// <summary>The sending half of a connection: small messages leave together, large ones are not copied.</summary>
internal sealed class GatheringOutput(TcpChannel channel) : IDisposable
{
    private const int Size = 32 * 1024;

    private byte[] _buffer = [];
    private int _length;

    public TcpChannel Channel { get; } = channel;

    /// <summary>Null: TCP paces.</summary>
    public ISendPacer? Pacer { get; init; }

    /// <summary>Whether it may be sent what has not been read: neither socket has joined.</summary>
    public bool MaySplice { get; init; }

    public long Sent { get; private set; }

    public ValueTask WriteAsync(ReadOnlySequence<byte> bytes) =>
        bytes.IsSingleSegment ? WriteAsync(bytes.First) : WriteAllAsync(bytes);

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > Size - _length)
        {
            return SendAsync(bytes);
        }

        if (!bytes.IsEmpty)
        {
            Gather(bytes.Span);
        }

        return default;
    }

    /// <summary>Whether so many bytes are better passed on unread.</summary>
    public bool IsWorthPassing(long bytes) => MaySplice && bytes >= TcpChannel.LeastSpliced;

    /// <summary>Passes on, behind what was written, what comes from the other side and nobody needs to read.</summary>
    /// <returns>Bytes; 0: nothing more comes.</returns>
    public async ValueTask<int> PassAsync(ChannelInput from, long most)
    {
        await FlushAsync();
        var count = await from.PassAsync(Channel, most);
        Sent += count;
        return count;
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

    private async ValueTask WriteAllAsync(ReadOnlySequence<byte> bytes)
    {
        foreach (var segment in bytes)
        {
            await WriteAsync(segment);
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

            await Channel.SendAsync(piece);
            Sent += piece.Length;
            bytes = bytes[piece.Length..];
        }
    }
}
