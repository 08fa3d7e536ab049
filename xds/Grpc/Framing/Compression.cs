using System.Buffers;
using System.IO.Compression;

namespace Jumpgate.Grpc.Framing;

/// <summary>gzip of single messages (gRPC: compression.md).</summary>
internal static class Compression
{
    public const string Gzip = "gzip";
    public const string Identity = "identity";
    public const string Accepted = "identity,gzip";

    /// <summary>Inflates into a buffer of at most <paramref name="limit"/> bytes.</summary>
    /// <exception cref="RpcException">RESOURCE_EXHAUSTED past the limit, INTERNAL for what is not gzip.</exception>
    public static ReadOnlySequence<byte> Inflate(ReadOnlySequence<byte> compressed, int limit)
    {
        var output = new ArrayBufferWriter<byte>();
        using var gzip =
            new GZipStream(new MemoryStream(compressed.ToArray(), writable: false), CompressionMode.Decompress);
        try
        {
            while (true)
            {
                var read = gzip.Read(output.GetSpan(4096));
                if (read == 0)
                {
                    return new ReadOnlySequence<byte>(output.WrittenMemory);
                }

                output.Advance(read);
                if (output.WrittenCount > limit)
                {
                    throw new RpcException(new Status(
                        StatusCode.ResourceExhausted, $"the decompressed message exceeds {limit} bytes"));
                }
            }
        }
        catch (InvalidDataException)
        {
            throw new RpcException(new Status(StatusCode.Internal, "the message is flagged as gzip and is not"));
        }
    }

    public static ReadOnlyMemory<byte> Deflate(Action<IBufferWriter<byte>> write, int size)
    {
        var plain = new ArrayBufferWriter<byte>(Math.Max(size, 1));
        write(plain);
        var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(plain.WrittenSpan);
        }

        return output.GetBuffer().AsMemory(0, (int)output.Length);
    }
}
