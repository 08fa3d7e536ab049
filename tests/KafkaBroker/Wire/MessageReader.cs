using System.Buffers.Binary;
using System.Text;

namespace Jumpgate.KafkaBroker.Wire;

/// <summary>
/// Reads a message of one version out of a frame. What does not fit is an <see cref="InvalidDataException"/>.
/// </summary>
public sealed class MessageReader(ReadOnlyMemory<byte> frame, short version, bool flexible)
{
    private int _at;

    public int Left => frame.Length - _at;

    /// <summary>Called for every text and id that has a meaning.</summary>
    public Action<string, object>? Noted { get; set; }

    public Message Read(IReadOnlyList<FieldLayout> fields)
    {
        var message = new Message();
        foreach (var field in fields)
        {
            if (field.IsIn(version))
            {
                message[field.Name] = ReadField(field);
            }
        }

        SkipTags();
        return message;
    }

    public short I16() => BinaryPrimitives.ReadInt16BigEndian(Take(2));

    public int I32() => BinaryPrimitives.ReadInt32BigEndian(Take(4));

    /// <summary>A nullable string of the old encoding, as in request headers of every version.</summary>
    public string? OldText()
    {
        var length = I16();
        return length < 0 ? null : Encoding.UTF8.GetString(Take(length));
    }

    /// <summary>Tagged fields: nothing here depends on one.</summary>
    public void SkipTags()
    {
        if (flexible)
        {
            for (var count = Varint(); count > 0; count--)
            {
                Varint();
                Take((int)Varint());
            }
        }
    }

    private object? ReadField(FieldLayout field)
    {
        switch (field.Kind)
        {
            case FieldKind.Bool:
                return Take(1)[0] != 0;
            case FieldKind.I8:
                return (long)(sbyte)Take(1)[0];
            case FieldKind.I16:
                return (long)I16();
            case FieldKind.I32:
                return (long)I32();
            case FieldKind.I64:
                return BinaryPrimitives.ReadInt64BigEndian(Take(8));
            case FieldKind.Uuid:
                return Note(field, new Guid(Take(16), bigEndian: true));
            case FieldKind.Struct:
                return field.NullableFrom == short.MaxValue || (sbyte)Take(1)[0] >= 0 ? Read(field.Items) : null;
            case FieldKind.Text:
                var text = Length(isText: true) is >= 0 and var length ? Encoding.UTF8.GetString(Take(length)) : null;
                return Note(field, text ?? Nothing(field));
            case FieldKind.Bytes:
                return Length(isText: false) is >= 0 and var size ? Slice(size) : Nothing(field);
            default:
                var count = Length(isText: false);
                if (count < 0)
                {
                    return Nothing(field);
                }

                var items = new List<object?>();
                for (var i = 0; i < count; i++)
                {
                    items.Add(ReadField(field.Items[0]));
                }

                return items;
        }
    }

    private object? Note(FieldLayout field, object? value)
    {
        if (value is not null && field.Meaning.Length > 0)
        {
            Noted?.Invoke(field.Meaning, value);
        }

        return value;
    }

    private object? Nothing(FieldLayout field) => field.IsNullableIn(version)
        ? null
        : throw new InvalidDataException($"{field.Name} is null in version {version}");

    private int Length(bool isText) => flexible ? (int)Varint() - 1 : isText ? I16() : I32();

    private uint Varint()
    {
        uint value = 0;
        for (var shift = 0; shift < 35; shift += 7)
        {
            var part = Take(1)[0];
            value |= (uint)(part & 0x7f) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }

        throw new InvalidDataException("a varint of more than five bytes");
    }

    private ReadOnlyMemory<byte> Slice(int count)
    {
        if (count < 0 || count > Left)
        {
            throw new InvalidDataException($"{count} bytes wanted, {Left} are left");
        }

        var taken = frame.Slice(_at, count);
        _at += count;
        return taken;
    }

    private ReadOnlySpan<byte> Take(int count) => Slice(count).Span;
}
