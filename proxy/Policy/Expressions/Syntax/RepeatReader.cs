namespace Jumpgate.Policy.Expressions.Syntax;

/// <summary>Reads <c>* + ? {n} {n,} {n,m}</c> with or without a lazy <c>?</c>, which a full match ignores.</summary>
internal static class RepeatReader
{
    /// <returns>
    /// False, with the cursor unmoved, where no operator stands; a brace that does not read as a repetition is a
    /// literal.
    /// </returns>
    public static bool TryRead(PatternReader reader, out int min, out int? max)
    {
        (min, max) = (0, null);
        var start = reader.Position;
        switch (reader.Text[reader.Position++])
        {
            case '*':
                break;
            case '+':
                min = 1;
                break;
            case '?':
                max = 1;
                break;
            case '{' when TryReadCounts(reader, out min, out max):
                break;
            default:
                reader.Position = start;
                return false;
        }

        reader.TrySkip('?');
        return true;
    }

    private static bool TryReadCounts(PatternReader reader, out int min, out int? max)
    {
        max = null;
        if (!TryReadInteger(reader, out min))
        {
            return false;
        }

        if (!reader.TrySkip(','))
        {
            max = min;
        }
        else if (!reader.StartsWith("}"))
        {
            if (!TryReadInteger(reader, out var limit))
            {
                return false;
            }

            max = limit;
        }

        return reader.TrySkip('}');
    }

    /// <summary>
    /// As RE2 reads it: no leading zeros, and what could overflow is no number, so its brace is a literal.
    /// </summary>
    private static bool TryReadInteger(PatternReader reader, out int value)
    {
        value = 0;
        var start = reader.Position;
        while (!reader.AtEnd && char.IsAsciiDigit(reader.Text[reader.Position]))
        {
            if (value >= 100_000_000)
            {
                return false;
            }

            value = value * 10 + reader.Text[reader.Position++] - '0';
        }

        var length = reader.Position - start;
        return length == 1 || (length > 1 && reader.Text[start] != '0');
    }
}
