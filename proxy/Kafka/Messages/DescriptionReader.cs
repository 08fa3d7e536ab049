using System.Collections.Immutable;
using System.Globalization;
using Jumpgate.Policy.Kafka;

namespace Jumpgate.Kafka.Messages;

/// <summary>
/// Reads the descriptions' notation. What is wrong in them is a bug, found by the first test that runs.
/// </summary>
internal ref struct DescriptionReader(ReadOnlySpan<char> text)
{
    private readonly ReadOnlySpan<char> _text = text;
    private int _at;

    public static IEnumerable<ApiDescription> ReadAll(string text)
    {
        var apis = new List<ApiDescription>();
        var reader = new DescriptionReader(text);
        while (reader.Skip())
        {
            apis.Add(reader.ReadApi());
        }

        return apis;
    }

    private ApiDescription ReadApi()
    {
        var api = Enum.Parse<KafkaApi>(ReadWord());
        Skip();
        var versions = VersionRange.Parse(ReadWord());
        Skip();
        Expect("flexible");
        Skip();
        var flexible = VersionRange.Parse(ReadWord());
        Skip();
        Expect(">");
        var request = ReadFields(end: '<');
        Expect("<");
        return new ApiDescription(api, versions, flexible, request, ReadFields(end: '\n'));
    }

    /// <summary>Up to the end character; the line feed stands for an empty line, or the end of the text.</summary>
    private ImmutableArray<FieldDescription> ReadFields(char end)
    {
        var fields = ImmutableArray.CreateBuilder<FieldDescription>();
        while (true)
        {
            var before = _at;
            var more = Skip();
            if (end == '\n' && (!more || _text[before.._at].Count('\n') > 1))
            {
                return fields.ToImmutable();
            }

            if (_text[_at] == end)
            {
                return fields.ToImmutable();
            }

            fields.Add(ReadField());
        }
    }

    private FieldDescription ReadField()
    {
        if (TryTake('*'))
        {
            return new FieldDescription(
                "body", WireType.Opaque, VersionRange.All, VersionRange.None, null, [], false, 0, false);
        }

        var name = ReadWord().ToString();
        Expect(":");
        return ReadValue(name);
    }

    private FieldDescription ReadValue(string name)
    {
        var nullable = VersionRange.None;
        if (TryTake('?'))
        {
            nullable = char.IsAsciiDigit(_text[_at]) ? VersionRange.Parse(ReadWord()) : VersionRange.All;
            TryTake('|');
        }

        var (type, fields, isBare) = ReadType();
        int? tag = TryTake('#') ? int.Parse(ReadWord(), CultureInfo.InvariantCulture) : null;
        var versions = TryTake('@') ? VersionRange.Parse(ReadWord()) : VersionRange.All;
        var value = TryTake('=') ? ReadWord() : default;
        var isEmpty = value is "empty";
        var number = value.IsEmpty || isEmpty ? 0 : long.Parse(value, CultureInfo.InvariantCulture);
        return new FieldDescription(name, type, versions, nullable, tag, fields, isBare, number, isEmpty);
    }

    private (WireType Type, ImmutableArray<FieldDescription> Fields, bool IsBare) ReadType()
    {
        if (TryTake('('))
        {
            var fields = ReadFields(')');
            Expect(")");
            return (WireType.Struct, fields, false);
        }

        if (!TryTake('['))
        {
            return (Primitive(ReadWord()), [], false);
        }

        if (!TryTake('='))
        {
            var fields = ReadFields(']');
            Expect("]");
            return (WireType.Array, fields, false);
        }

        var word = ReadWord().ToString();
        var value = TryTake(':') ? ReadValue(word) : ReadPlain(word);
        Expect("]");
        return (WireType.Array, [value], true);
    }

    private static FieldDescription ReadPlain(string type) => new(
        "value", Primitive(type), VersionRange.All, VersionRange.None, null, [], false, 0, false);

    private static WireType Primitive(ReadOnlySpan<char> word) => word switch
    {
        "bool" => WireType.Bool,
        "i8" => WireType.Int8,
        "i16" => WireType.Int16,
        "u16" => WireType.UInt16,
        "i32" => WireType.Int32,
        "i64" => WireType.Int64,
        "f64" => WireType.Float64,
        "uuid" => WireType.Uuid,
        "str" => WireType.String,
        "bytes" => WireType.Bytes,
        "records" => WireType.Records,
        _ => throw new FormatException($"'{word}' is no type."),
    };

    private bool Skip()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
        {
            _at++;
        }

        return _at < _text.Length;
    }

    private ReadOnlySpan<char> ReadWord()
    {
        var start = _at;
        while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] is '+' or '-' or '.'))
        {
            _at++;
        }

        return _text[start.._at];
    }

    private bool TryTake(char expected)
    {
        if (_at < _text.Length && _text[_at] == expected)
        {
            _at++;
            return true;
        }

        return false;
    }

    private void Expect(string expected)
    {
        if (!_text[_at..].StartsWith(expected, StringComparison.Ordinal))
        {
            throw new FormatException($"'{expected}' expected at '{_text[_at..Math.Min(_at + 40, _text.Length)]}'.");
        }

        _at += expected.Length;
    }
}
