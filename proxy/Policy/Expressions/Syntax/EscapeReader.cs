namespace Jumpgate.Policy.Expressions.Syntax;

/// <summary>
/// Reads what begins with a backslash and means the same inside and outside of <c>[...]</c>. The cursor stands at the
/// backslash.
/// </summary>
internal static class EscapeReader
{
    /// <summary>
    /// Reads <c>\d \s \w \pN \p{Name}</c> and their negations; <paramref name="set"/> stays null, and the cursor where
    /// it is, at anything else.
    /// </summary>
    /// <returns>False after an error.</returns>
    public static bool TryReadClass(PatternReader reader, Re2Flags flags, out CodePointSet? set)
    {
        set = null;
        var start = reader.Position;
        if (start + 1 >= reader.Text.Length)
        {
            return true;
        }

        var letter = reader.Text[start + 1];
        if (letter is 'p' or 'P')
        {
            return TryReadUnicodeClass(reader, flags, out set);
        }

        var (named, negated) = letter switch
        {
            'd' or 'D' => (AsciiClasses.Digit, letter == 'D'),
            's' or 'S' => (AsciiClasses.PerlSpace, letter == 'S'),
            'w' or 'W' => (AsciiClasses.Word, letter == 'W'),
            _ => (null, false),
        };
        if (named is not null)
        {
            reader.Position += 2;
            set = Resolve(named, negated, flags);
        }

        return true;
    }

    /// <summary>A named class: folded first, then negated, so that (?i)\W has neither K nor the Kelvin sign.</summary>
    public static CodePointSet Resolve(CodePointSet named, bool negated, Re2Flags flags)
    {
        var set = flags.HasFlag(Re2Flags.FoldCase) ? SimpleCaseFolding.Close(named) : named;
        return negated ? set.Complement() : set;
    }

    /// <summary>Reads an escape that stands for one code point.</summary>
    public static bool TryReadCodePoint(PatternReader reader, out int codePoint)
    {
        var start = reader.Position++;
        codePoint = 0;
        if (reader.AtEnd)
        {
            return reader.Fail(start, "trailing \\: nothing follows the backslash; write \\\\ for a backslash");
        }

        var letter = reader.ReadCodePoint();
        switch (letter)
        {
            case 'a':
                codePoint = '\a';
                return true;
            case 'f':
                codePoint = '\f';
                return true;
            case 'n':
                codePoint = '\n';
                return true;
            case 'r':
                codePoint = '\r';
                return true;
            case 't':
                codePoint = '\t';
                return true;
            case 'v':
                codePoint = '\v';
                return true;
            case 'x':
                return TryReadHex(reader, start, out codePoint);
            case >= '0' and <= '9':
                return TryReadOctal(reader, start, letter, out codePoint);
            case (>= 'A' and <= 'Z') or (>= 'a' and <= 'z') or >= 0x80:
                return reader.Fail(start, $"invalid escape sequence: {reader.Since(start)}{Hint(letter)}");
            default:
                codePoint = letter;
                return true;
        }
    }

    private static string Hint(int letter) => letter switch
    {
        'b' or 'B' => " (a word boundary cannot be in a class; write \\x08 for a backspace)",
        'u' or 'U' => " (write \\x{41} for a code point)",
        'Z' => " (write \\z or $ for the end of the text)",
        'G' => " (there is no \"where the last match ended\")",
        'A' or 'z' => " (an anchor cannot be in a class)",
        'k' or 'g' => " (back-references are not supported)",
        'K' or 'R' or 'X' or 'N' or 'h' or 'H' or 'V' => " (RE2 does not support it)",
        'E' => " (no \\Q before it)",
        _ => "",
    };

    private static bool TryReadOctal(PatternReader reader, int start, int first, out int codePoint)
    {
        codePoint = first - '0';

        // A single digit other than 0 is a back-reference in every dialect that has them.
        if (first != '0' && (first > '7' || reader.AtEnd || !IsOctal(reader.Text[reader.Position])))
        {
            return reader.Fail(
                start, $"invalid escape sequence: {reader.Since(start)} (back-references are not supported)");
        }

        for (var count = 0; count < 2 && !reader.AtEnd && IsOctal(reader.Text[reader.Position]); count++)
        {
            codePoint = codePoint * 8 + reader.Text[reader.Position++] - '0';
        }

        return true;
    }

    private static bool IsOctal(char digit) => digit is >= '0' and <= '7';

    private static bool TryReadHex(PatternReader reader, int start, out int codePoint)
    {
        codePoint = 0;
        var braced = reader.TrySkip('{');
        var digits = 0;
        while (!reader.AtEnd && char.IsAsciiHexDigit(reader.Text[reader.Position]) && (braced || digits < 2))
        {
            codePoint = codePoint * 16 + Convert.ToInt32(reader.Text[reader.Position++].ToString(), 16);
            digits++;
            if (codePoint > CodePointSet.MaxCodePoint)
            {
                return reader.Fail(start, $"invalid escape sequence: {reader.Since(start)} is above \\x{{10FFFF}}");
            }
        }

        if (braced ? digits == 0 || !reader.TrySkip('}') : digits < 2)
        {
            return reader.Fail(
                start, $"invalid escape sequence: {reader.Since(start)} (write \\x7F or \\x{{10FFFF}}, hexadecimal)");
        }

        return true;
    }

    private static bool TryReadUnicodeClass(PatternReader reader, Re2Flags flags, out CodePointSet? set)
    {
        set = null;
        var start = reader.Position;
        var negated = reader.Text[start + 1] == 'P';
        reader.Position += 2;
        if (reader.AtEnd)
        {
            return reader.Fail(start, $"invalid character class range: {reader.Since(start)} lacks a name");
        }

        string name;
        if (reader.TrySkip('{'))
        {
            var end = reader.Text.IndexOf('}', reader.Position);
            if (end < 0)
            {
                return reader.Fail(start, $"invalid character class range: {reader.Since(start)} lacks its }}");
            }

            name = reader.Text[reader.Position..end];
            reader.Position = end + 1;
        }
        else
        {
            var nameStart = reader.Position;
            reader.ReadCodePoint();
            name = reader.Since(nameStart);
        }

        if (name.StartsWith('^'))
        {
            negated = !negated;
            name = name[1..];
        }

        var named = UnicodeCategories.Find(name);
        if (named is null)
        {
            return reader.Fail(
                start,
                $"invalid character class range: {reader.Since(start)} (general categories such as L or Lu, and Any, are "
                + "supported; scripts such as Greek are not: write ranges such as \\x{370}-\\x{3FF})");
        }

        set = Resolve(named, negated, flags);
        return true;
    }
}
