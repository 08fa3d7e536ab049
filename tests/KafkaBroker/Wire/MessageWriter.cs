using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Jumpgate.KafkaBroker.Wire;

/// <summary>
/// Writes messages of one version. Fields that a message lacks have their default; nullable ones are null.
/// </summary>
public sealed class MessageWriter(ArrayBufferWriter<byte> output, short version, bool flexible)
{
    public void Write(IReadOnlyList<FieldLayout> fields, Message message)
    {
        foreach (var field in fields)
        {
            if (field.IsIn(version))
            {
                var isSet = message.TryGetValue(field.Name, out var value);
                WriteField(field, isSet ? value : field.Kind == FieldKind.Struct ? null : Default(field));
            }
        }

        NoTags();
    }

    public void I16(short value)
    {
        BinaryPrimitives.WriteInt16BigEndian(output.GetSpan(2), value);
        output.Advance(2);
    }

    public void I32(int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(output.GetSpan(4), value);
        output.Advance(4);
    }

    public void NoTags()
    {
        if (flexible)
        {
            Byte(0);
        }
    }

    private static object? Default(FieldLayout field) => field.Kind switch
    {
        FieldKind.Bool => false,
        FieldKind.Uuid => Guid.Empty,
        FieldKind.Array or FieldKind.Text or FieldKind.Bytes => null,
        _ => field.Default,
    };

    private void WriteField(FieldLayout field, object? value)
    {
        switch (field.Kind)
        {
            case FieldKind.Bool:
                Byte((bool)value! ? (byte)1 : (byte)0);
                break;
            case FieldKind.I8:
                Byte((byte)(sbyte)Whole(value));
                break;
            case FieldKind.I16:
                I16((short)Whole(value));
                break;
            case FieldKind.I32:
                I32((int)Whole(value));
                break;
            case FieldKind.I64:
                BinaryPrimitives.WriteInt64BigEndian(output.GetSpan(8), Whole(value));
                output.Advance(8);
                break;
            case FieldKind.Uuid:
                ((Guid)value!).TryWriteBytes(output.GetSpan(16), bigEndian: true, out _);
                output.Advance(16);
                break;
            case FieldKind.Struct:
                WriteStruct(field, (Message?)value);
                break;
            case FieldKind.Text:
                WriteText(field, (string?)value);
                break;
            case FieldKind.Bytes:
                WriteBytes(field, value);
                break;
            default:
                WriteArray(field, value);
                break;
        }
    }

    private void WriteStruct(FieldLayout field, Message? value)
    {
        if (field.NullableFrom != short.MaxValue)
        {
            Byte(value is null ? (byte)0xff : (byte)1);
            if (value is null)
            {
                return;
            }
        }

        Write(field.Items, value ?? []);
    }

    private void WriteText(FieldLayout field, string? value)
    {
        if (value is null && field.IsNullableIn(version))
        {
            Length(-1, isText: true);
            return;
        }

        var bytes = Encoding.UTF8.GetBytes(value ?? string.Empty);
        Length(bytes.Length, isText: true);
        output.Write(bytes);
    }

    private void WriteBytes(FieldLayout field, object? value)
    {
        if (value is IReadOnlyList<ReadOnlyMemory<byte>> pieces)
        {
            Length(pieces.Sum(p => p.Length), isText: false);
            foreach (var piece in pieces)
            {
                output.Write(piece.Span);
            }

            return;
        }

        var bytes = value is ReadOnlyMemory<byte> memory ? memory : default;
        Length(value is null && field.IsNullableIn(version) ? -1 : bytes.Length, isText: false);
        output.Write(bytes.Span);
    }

    private void WriteArray(FieldLayout field, object? value)
    {
        if (value is null)
        {
            // An array that a reply does not set is empty; only one set to null would be null.
            Length(0, isText: false);
            return;
        }

        var items = ((System.Collections.IEnumerable)value).Cast<object?>().ToList();
        Length(items.Count, isText: false);
        foreach (var item in items)
        {
            WriteField(field.Items[0], item);
        }
    }

    private static long Whole(object? value) => Convert.ToInt64(value, null);

    private void Length(int length, bool isText)
    {
        if (flexible)
        {
            Varint((uint)(length + 1));
        }
        else if (isText)
        {
            I16((short)length);
        }
        else
        {
            I32(length);
        }
    }

    private void Varint(uint value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            Byte((byte)(value | 0x80));
        }

        Byte((byte)value);
    }

    private void Byte(byte value)
    {
        output.GetSpan(1)[0] = value;
        output.Advance(1);
    }
}
