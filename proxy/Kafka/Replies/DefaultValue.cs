using Jumpgate.Kafka.Messages;
using Jumpgate.Kafka.Wire;

namespace Jumpgate.Kafka.Replies;

/// <summary>
/// What a denial says in fields that are no error and repeat nothing: what the description has, else null where the
/// protocol has null, else zero or empty.
/// </summary>
internal static class DefaultValue
{
    public static void Write(WireWriter writer, FieldLayout field, bool isFlexible)
    {
        var length = field.IsNullable && !field.IsEmptyByDefault ? -1 : 0;
        switch (field.Type)
        {
            case WireType.String:
                writer.WriteStringLength(length, isFlexible);
                break;
            case WireType.Bytes or WireType.Records or WireType.Array:
                writer.WriteLength(length, isFlexible);
                break;
            case WireType.Struct when field.IsNullable:
                writer.WriteInt8(-1);
                break;
            case WireType.Struct:
                WriteStruct(writer, field.Inner!);
                break;
            case WireType.Bool or WireType.Int8:
                writer.WriteInt8((sbyte)field.Default);
                break;
            case WireType.Int16 or WireType.UInt16:
                writer.WriteInt16((short)field.Default);
                break;
            case WireType.Int32:
                writer.WriteInt32((int)field.Default);
                break;
            case WireType.Int64:
                writer.WriteInt64(field.Default);
                break;
            default:
                writer.WriteZeros(field.FixedSize);
                break;
        }
    }

    private static void WriteStruct(WireWriter writer, StructLayout layout)
    {
        foreach (var field in layout.Fields)
        {
            Write(writer, field, layout.IsFlexible);
        }

        if (layout.HasTags)
        {
            writer.WriteVarint(0);
        }
    }
}
