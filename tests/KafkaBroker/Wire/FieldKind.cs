namespace Jumpgate.KafkaBroker.Wire;

/// <summary>Kafka's primitive types (protocol guide, "Protocol Primitive Types"), and what holds others.</summary>
public enum FieldKind
{
    Bool,
    I8,
    I16,
    I32,
    I64,
    Text,
    Bytes,
    Uuid,
    Struct,
    Array,
}
