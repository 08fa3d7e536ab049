using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;

namespace Jumpgate.Grpc.Framing;

/// <summary>Writes length-prefixed messages. Only one at a time; after <see cref="CloseAsync"/> none.</summary>
internal sealed class MessageWriter<T>(
    PipeWriter output, Marshaller<T> marshaller, GrpcOptions options, bool gzip, CancellationToken callEnded)
    : IServerStreamWriter<T>, IDisposable
{
    private const int PrefixSize = 5;

    /// <summary>Flushed after so many bytes of a message in pieces: what a slow call holds at most, about.</summary>
    private const int FlushEvery = 32 * 1024;

    private readonly SemaphoreSlim _gate = new(1, 1);
    private volatile bool _closed;
    private volatile bool _withinMessage;

    /// <summary>A message was begun and will not be ended: only a reset tells the client so.</summary>
    public bool IsBroken => _withinMessage;

    public async Task WriteAsync(T message, CancellationToken cancellationToken = default)
    {
        using var either = cancellationToken.CanBeCanceled && cancellationToken != callEnded
            ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, callEnded) : null;
        var token = either?.Token ?? callEnded;
        if (!await _gate.WaitAsync(0, CancellationToken.None))
        {
            throw new InvalidOperationException("another write is under way");
        }

        try
        {
            callEnded.ThrowIfCancellationRequested();
            if (_closed)
            {
                throw new InvalidOperationException("the call has ended");
            }

            await WriteMessageAsync(message, token);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Waits for a write that is under way (cancelled by now, or the last), and lets no more begin.</summary>
    public async Task CloseAsync()
    {
        await _gate.WaitAsync(CancellationToken.None);
        _closed = true;
        _gate.Release();
    }

    public void Dispose() => _gate.Dispose();

    private async ValueTask WriteMessageAsync(T message, CancellationToken token)
    {
        var size = marshaller.Size(message);
        if (size > options.MaxSendMessageSize)
        {
            throw new RpcException(new Status(
                StatusCode.ResourceExhausted,
                $"the response has {size} bytes, more than {options.MaxSendMessageSize}"));
        }

        _withinMessage = true;
        if (gzip && size >= options.CompressFrom)
        {
            var compressed = Compression.Deflate(buffer => marshaller.Serializer(message, buffer), size);
            WritePrefix(1, compressed.Length);
            await WriteChunkAsync(compressed, token);
        }
        else
        {
            WritePrefix(0, size);
            if (message is not IChunkedMessage chunked)
            {
                marshaller.Serializer(message, output);
            }
            else
            {
                var unflushed = 0;
                foreach (var chunk in chunked.Chunks)
                {
                    unflushed += chunk.Length;
                    output.Write(chunk.Span);
                    if (unflushed >= FlushEvery)
                    {
                        await FlushAsync(token);
                        unflushed = 0;
                    }
                }
            }
        }

        _withinMessage = false;
        await FlushAsync(token);
    }

    private async ValueTask WriteChunkAsync(ReadOnlyMemory<byte> bytes, CancellationToken token)
    {
        for (; bytes.Length > FlushEvery; bytes = bytes[FlushEvery..])
        {
            output.Write(bytes.Span[..FlushEvery]);
            await FlushAsync(token);
        }

        output.Write(bytes.Span);
    }

    private async ValueTask FlushAsync(CancellationToken token)
    {
        var result = await output.FlushAsync(token);
        if (result.IsCanceled || result.IsCompleted)
        {
            throw new OperationCanceledException("the client has gone");
        }
    }

    private void WritePrefix(byte flag, int length)
    {
        var span = output.GetSpan(PrefixSize);
        span[0] = flag;
        BinaryPrimitives.WriteUInt32BigEndian(span[1..], (uint)length);
        output.Advance(PrefixSize);
    }
}
