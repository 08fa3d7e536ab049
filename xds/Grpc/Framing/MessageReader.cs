using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Google.Protobuf;

namespace Jumpgate.Grpc.Framing;

/// <summary>
/// Reads length-prefixed messages: a flag, four bytes of length in network order, the message (gRPC:
/// PROTOCOL-HTTP2.md).
/// </summary>
internal sealed class MessageReader<T>(
    PipeReader input, Marshaller<T> marshaller, int maxSize, string encoding,
    CancellationToken callEnded) : IAsyncStreamReader<T>
{
    private const int PrefixSize = 5;
    private T? _current;

    public T Current => _current ?? throw new InvalidOperationException("no message has been read");

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        _current = default;
        using var either = cancellationToken.CanBeCanceled && cancellationToken != callEnded
            ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, callEnded) : null;
        var token = either?.Token ?? callEnded;
        while (true)
        {
            var result = await input.ReadAsync(token);
            token.ThrowIfCancellationRequested();
            var buffer = result.Buffer;
            if (TryTake(ref buffer, out var message))
            {
                // Deserialized before its bytes are given back.
                _current = message;
                input.AdvanceTo(buffer.Start);
                return true;
            }

            var rest = buffer.Length;
            input.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted)
            {
                return rest == 0
                    ? false : throw new RpcException(
                        new Status(StatusCode.Internal, "the stream ends within a message"));
            }
        }
    }

    /// <summary>The only message of a call that has one.</summary>
    public async Task<T> ReadSingleAsync()
    {
        if (!await MoveNext(callEnded))
        {
            throw new RpcException(new Status(StatusCode.Internal, "the request has no message"));
        }

        var message = Current;
        return await MoveNext(callEnded)
            ? throw new RpcException(new Status(StatusCode.Internal, "the request has more than one message"))
            : message;
    }

    private bool TryTake(ref ReadOnlySequence<byte> buffer, out T? message)
    {
        message = default;
        if (buffer.Length < PrefixSize)
        {
            return false;
        }

        Span<byte> prefix = stackalloc byte[PrefixSize];
        buffer.Slice(0, PrefixSize).CopyTo(prefix);
        var length = BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]);
        // Before waiting for the bytes: nobody makes us hold more than the limit.
        if (length > maxSize)
        {
            throw new RpcException(new Status(
                StatusCode.ResourceExhausted, $"the message has {length} bytes, more than {maxSize}"));
        }

        if (prefix[0] > 1)
        {
            throw new RpcException(new Status(StatusCode.Internal, $"the message's compression flag is {prefix[0]}"));
        }

        if (buffer.Length < PrefixSize + length)
        {
            return false;
        }

        var body = buffer.Slice(PrefixSize, length);
        buffer = buffer.Slice(body.End);
        if (prefix[0] == 1)
        {
            body = encoding == Compression.Gzip
                ? Compression.Inflate(body, maxSize)
                : throw new RpcException(
                    new Status(StatusCode.Internal, "a message is compressed, grpc-encoding is not given"));
        }

        try
        {
            message = marshaller.Deserializer(body);
            return true;
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new RpcException(new Status(StatusCode.Internal, $"the message cannot be read: {e.Message}"));
        }
    }
}
