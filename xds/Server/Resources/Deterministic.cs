using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Jumpgate.Xds.Resources;

/// <summary>
/// Serialization with maps in order of their keys, so that equal messages have equal bytes: versions are made of them.
/// A message packed inside another must come from here too, since its bytes are taken as they are.
/// </summary>
public static class Deterministic
{
    public static byte[] Serialize(IMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var bytes = new byte[message.CalculateSize()];
        using var output = new CodedOutputStream(bytes) { Deterministic = true };
        message.WriteTo(output);
        output.CheckNoSpaceLeft();
        return bytes;
    }

    public static Any Pack(IMessage message) => new()
    {
        TypeUrl = "type.googleapis.com/" + message.Descriptor.FullName,
        Value = UnsafeByteOperations.UnsafeWrap(Serialize(message)),
    };
}
