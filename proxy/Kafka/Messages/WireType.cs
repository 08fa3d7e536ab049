namespace Jumpgate.Kafka.Messages;

/// <summary>
/// The protocol's types (protocol guide, "Protocol Primitive Types"); compact ones are chosen by the version.
/// </summary>
internal enum WireType
{
    Bool,
    Int8,
    Int16,
    UInt16,
    Int32,
    Int64,
    Float64,
    Uuid,
    String,
    Bytes,
    /// <summary>Record batches: as <see cref="Bytes"/>, but of any size, and never held.</summary>
    Records,
    Array,
    Struct,
    /// <summary>The rest of the frame, not looked into.</summary>
    Opaque,
}
