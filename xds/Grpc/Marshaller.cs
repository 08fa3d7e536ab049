using System.Buffers;
using Google.Protobuf;

namespace Jumpgate.Grpc;

/// <summary>How messages of one type become bytes and come back.</summary>
/// <param name="Size">Bytes that <paramref name="Serializer"/> will write, exactly.</param>
/// <param name="Serializer">Writes the message; big ones in pieces (see <see cref="IChunkedMessage"/>).</param>
/// <param name="Deserializer">Throws <see cref="InvalidProtocolBufferException"/> for what is no message.</param>
public sealed record Marshaller<T>(
    Func<T, int> Size, Action<T, IBufferWriter<byte>> Serializer, Func<ReadOnlySequence<byte>, T> Deserializer);

/// <summary>Marshallers of usual kinds.</summary>
public static class Marshallers
{
    public static Marshaller<T> Protobuf<T>(MessageParser<T> parser)
        where T : IMessage<T> =>
        new(m => m.CalculateSize(), static (m, output) => m.WriteTo(output), parser.ParseFrom);

    /// <summary>Bytes as they are: for proxies, tests, and messages that are kept serialized.</summary>
    public static Marshaller<ReadOnlyMemory<byte>> Bytes { get; } =
        new(m => m.Length, static (m, output) => output.Write(m.Span), s => s.ToArray());
}
