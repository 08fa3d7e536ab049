using System.Globalization;

namespace Jumpgate.KafkaBroker.Wire;

/// <summary>
/// Reads the notation of <c>Apis/</c>: fields separated by blanks, each <c>name:type</c>, then perhaps
/// <c>@first[-last]</c>, <c>?</c> or <c>?first</c> for nullable, <c>=default</c>. A type is a primitive, <c>[type]</c>
/// or <c>{fields}</c>.
/// </summary>
internal ref struct LayoutParser(ReadOnlySpan<char> text)
{
    private ReadOnlySpan<char> _rest = text;

    public static IReadOnlyList<FieldLayout> Parse(string text)
    {
        var parser = new LayoutParser(text);
        var fields = parser.Fields();
        return parser._rest.IsEmpty ? fields : throw new FormatException($"at '{parser._rest}' in: {text}");
    }

    private List<FieldLayout> Fields()
    {
        var fields = new List<FieldLayout>();
        for (_rest = _rest.TrimStart(); !_rest.IsEmpty && _rest[0] != '}'; _rest = _rest.TrimStart())
        {
            var colon = _rest.IndexOf(':');
            var name = _rest[..colon].ToString();
            _rest = _rest[(colon + 1)..];
            fields.Add(Type(name));
        }

        return fields;
    }

    private FieldLayout Type(string name)
    {
        FieldKind kind;
        var meaning = string.Empty;
        IReadOnlyList<FieldLayout> items = [];
        if (Skip('['))
        {
            (kind, items) = (FieldKind.Array, [Type(name)]);
            Expect(']');
        }
        else if (Skip('{'))
        {
            (kind, items) = (FieldKind.Struct, Fields());
            Expect('}');
        }
        else
        {
            var word = Word();
            (kind, meaning) = word switch
            {
                "bool" => (FieldKind.Bool, ""),
                "i8" => (FieldKind.I8, ""),
                "i16" => (FieldKind.I16, ""),
                "i32" => (FieldKind.I32, ""),
                "i64" => (FieldKind.I64, ""),
                "str" => (FieldKind.Text, ""),
                "topic" or "group" or "txn" => (FieldKind.Text, word),
                "bytes" => (FieldKind.Bytes, ""),
                "uuid" => (FieldKind.Uuid, ""),
                "topicid" => (FieldKind.Uuid, word),
                _ => throw new FormatException($"no such type: {word}"),
            };
        }

        short first = 0, last = short.MaxValue, nullable = short.MaxValue;
        if (Skip('@'))
        {
            first = (short)Number();
            last = Skip('-') ? (short)Number() : short.MaxValue;
        }

        if (Skip('?'))
        {
            nullable = !_rest.IsEmpty && char.IsAsciiDigit(_rest[0]) ? (short)Number() : (short)0;
        }

        return new FieldLayout(name, kind, meaning, first, last, nullable, Skip('=') ? Number() : 0, items);
    }

    private bool Skip(char wanted)
    {
        if (_rest.IsEmpty || _rest[0] != wanted)
        {
            return false;
        }

        _rest = _rest[1..];
        return true;
    }

    private void Expect(char wanted)
    {
        if (!Skip(wanted))
        {
            throw new FormatException($"'{wanted}' expected at: {_rest}");
        }
    }

    private string Word()
    {
        var end = 0;
        while (end < _rest.Length && char.IsAsciiLetterOrDigit(_rest[end]))
        {
            end++;
        }

        var word = _rest[..end].ToString();
        _rest = _rest[end..];
        return word;
    }

    private long Number()
    {
        var end = _rest[0] == '-' ? 1 : 0;
        while (end < _rest.Length && char.IsAsciiDigit(_rest[end]))
        {
            end++;
        }

        var number = long.Parse(_rest[..end], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        _rest = _rest[end..];
        return number;
    }
}
