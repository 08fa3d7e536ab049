namespace Jumpgate.Policy.Expressions.Syntax;

/// <summary>Reads <c>[...]</c>. The cursor stands at the opening bracket.</summary>
internal sealed class CharacterClassReader(PatternReader reader, Re2Flags flags)
{
    private readonly int _start = reader.Position;
    private readonly List<CodePointRange> _ranges = [];

    public bool TryRead(out CodePointSet set)
    {
        set = CodePointSet.All;
        reader.Position++;
        var negated = reader.TrySkip('^');
        var first = true;

        // A bracket that comes first is a member: there is no empty class.
        while (!reader.AtEnd && (first || reader.Text[reader.Position] != ']'))
        {
            if (!first && LooksLikeSubtraction())
            {
                return FailSubtraction();
            }

            first = false;
            if (!TryReadItem())
            {
                return false;
            }
        }

        if (!reader.TrySkip(']'))
        {
            return reader.Fail(_start, "missing ]: the class that begins here is not closed");
        }

        set = CodePointSet.Of(_ranges);
        set = negated ? set.Complement() : set;
        return true;
    }

    private bool TryReadItem()
    {
        if (reader.StartsWith("[:"))
        {
            var end = reader.Text.IndexOf(":]", reader.Position + 2, StringComparison.Ordinal);
            if (end >= 0)
            {
                return TryReadPosix(end);
            }
        }

        if (reader.Text[reader.Position] == '\\')
        {
            if (!EscapeReader.TryReadClass(reader, flags, out var named))
            {
                return false;
            }

            if (named is not null)
            {
                _ranges.AddRange(named.Ranges);
                return true;
            }
        }

        return TryReadRange();
    }

    private bool TryReadPosix(int end)
    {
        var start = reader.Position;
        var name = reader.Text[(start + 2)..end];
        var negated = name.StartsWith('^');
        reader.Position = end + 2;
        if (!AsciiClasses.Posix.TryGetValue(negated ? name[1..] : name, out var named))
        {
            return reader.Fail(
                start, $"invalid character class range: {reader.Since(start)} is not a POSIX class such as [:alpha:]");
        }

        _ranges.AddRange(EscapeReader.Resolve(named, negated, flags).Ranges);
        return true;
    }

    private bool TryReadRange()
    {
        var start = reader.Position;
        if (!TryReadMember(out var low))
        {
            return false;
        }

        if (LooksLikeSubtraction())
        {
            return FailSubtraction();
        }

        var high = low;
        if (reader.StartsWith("-") && reader.Position + 1 < reader.Text.Length && !reader.StartsWith("-]"))
        {
            reader.Position++;
            if (!TryReadMember(out high))
            {
                return false;
            }

            if (high < low)
            {
                return reader.Fail(start, $"invalid character class range: {reader.Since(start)} runs backwards");
            }
        }

        var range = CodePointSet.Of(low, high);
        _ranges.AddRange(EscapeReader.Resolve(range, negated: false, flags).Ranges);
        return true;
    }

    private bool TryReadMember(out int codePoint)
    {
        codePoint = 0;
        if (reader.AtEnd)
        {
            return reader.Fail(_start, "missing ]: the class that begins here is not closed");
        }

        if (reader.Text[reader.Position] == '\\')
        {
            return EscapeReader.TryReadCodePoint(reader, out codePoint);
        }

        codePoint = reader.ReadCodePoint();
        return true;
    }

    /// <summary>
    /// <c>[a-z-[aeiou]]</c>: RE2 would take it for one of a-z, -, [, a, e, i, o, u, then a bracket. Who writes it means
    /// something else, so a policy does better to say no. Looks for <c>-[...]]</c> at the cursor.
    /// </summary>
    private bool LooksLikeSubtraction()
    {
        var position = reader.Position;
        if (!reader.StartsWith(position, "-["))
        {
            return false;
        }

        position += 2;
        if (reader.StartsWith(position, ":"))
        {
            return false;
        }

        position += reader.StartsWith(position, "^") ? 1 : 0;
        for (var first = position; position < reader.Text.Length; position++)
        {
            if (reader.Text[position] == '\\')
            {
                position++;
            }
            else if (reader.Text[position] == ']' && position > first)
            {
                return reader.StartsWith(position, "]]");
            }
        }

        return false;
    }

    private bool FailSubtraction() => reader.Fail(
        reader.Position,
        "class subtraction is not supported (to RE2 this is a class, then a literal ]; write -\\[ if that is meant)");
}
