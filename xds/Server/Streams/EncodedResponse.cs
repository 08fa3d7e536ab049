using System.Buffers;
using Jumpgate.Grpc;
using Jumpgate.Xds.Resources;

namespace Jumpgate.Xds.Streams;

/// <summary>A response as bytes: a few of its own, and those of the resources that all streams share.</summary>
internal sealed class EncodedResponse : IChunkedMessage
{
    private readonly IReadOnlyList<XdsResource> _resources;
    private readonly Func<XdsResource, ReadOnlyMemory<byte>> _field;
    private readonly ReadOnlyMemory<byte> _rest;

    private EncodedResponse(
        IReadOnlyList<XdsResource> resources, Func<XdsResource, ReadOnlyMemory<byte>> field, ReadOnlyMemory<byte> rest)
    {
        _resources = resources;
        _field = field;
        _rest = rest;
        Length = checked(rest.Length + resources.Sum(r => field(r).Length));
    }

    public static Marshaller<EncodedResponse> Marshaller { get; } = new(
        m => m.Length,
        static (m, output) =>
        {
            foreach (var chunk in m.Chunks)
            {
                output.Write(chunk.Span);
            }
        },
        _ => throw new NotSupportedException("responses are only written"));

    public int Length { get; }

    public IEnumerable<ReadOnlyMemory<byte>> Chunks => _resources.Select(_field).Append(_rest);

    /// <summary>A <c>DiscoveryResponse</c>.</summary>
    public static EncodedResponse Sotw(string typeUrl, Content content, string nonce, string identifier)
    {
        var rest = new ArrayBufferWriter<byte>(256);
        ResponseEncoding.WriteString(rest, 1, content.Version);
        ResponseEncoding.WriteString(rest, 4, typeUrl);
        ResponseEncoding.WriteString(rest, 5, nonce);
        WriteControlPlane(rest, 6, identifier);
        return new EncodedResponse(content.Resources, r => r.AsField, rest.WrittenMemory);
    }

    /// <summary>A <c>DeltaDiscoveryResponse</c>.</summary>
    public static EncodedResponse Delta(string typeUrl, Content content, string nonce, string identifier)
    {
        var rest = new ArrayBufferWriter<byte>(256);
        ResponseEncoding.WriteString(rest, 1, content.Version);
        ResponseEncoding.WriteString(rest, 4, typeUrl);
        ResponseEncoding.WriteString(rest, 5, nonce);
        foreach (var name in content.Removed)
        {
            ResponseEncoding.WriteString(rest, 6, name);
        }

        WriteControlPlane(rest, 7, identifier);
        return new EncodedResponse(content.Resources, r => r.AsDeltaField, rest.WrittenMemory);
    }

    private static void WriteControlPlane(IBufferWriter<byte> output, int field, string identifier)
    {
        var message = new ArrayBufferWriter<byte>(64);
        ResponseEncoding.WriteString(message, 1, identifier);
        ResponseEncoding.WriteBytes(output, field, message.WrittenSpan);
    }
}
