using System.Globalization;
using System.Text;

namespace Jumpgate.Policy.Expressions.Syntax;

/// <summary>
/// Reads what follows an opening parenthesis. Names are checked and then forgotten: only full matches are asked for.
/// </summary>
internal sealed class GroupReader(PatternReader reader)
{
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    /// <summary>Reads from the parenthesis up to the content of the group.</summary>
    public bool TryRead(Re2Flags flags, out GroupOpening opening)
    {
        opening = new GroupOpening(flags, OpensGroup: true);
        var start = reader.Position;
        if (!reader.TrySkip("(?"))
        {
            reader.Position++;
            return true;
        }

        if (Unsupported() is { } reason)
        {
            return reader.Fail(start, reason);
        }

        if (reader.TrySkip("P<") || reader.TrySkip('<'))
        {
            return TryReadName(start);
        }

        return TryReadFlags(start, flags, out opening);
    }

    private string? Unsupported()
    {
        if (reader.AtEnd)
        {
            return "missing ): the group that begins here is not closed";
        }

        if (reader.StartsWith("=") || reader.StartsWith("!") || reader.StartsWith("<=") || reader.StartsWith("<!"))
        {
            return "invalid perl operator: look-around is not supported";
        }

        return reader.Text[reader.Position] switch
        {
            '>' => "invalid perl operator: atomic groups are not supported",
            '#' => "invalid perl operator: comments are not supported",
            'x' => "invalid perl operator: free-spacing (?x) is not supported",
            '(' => "invalid perl operator: conditionals are not supported",
            '|' => "invalid perl operator: branch reset is not supported",
            '\'' => "invalid perl operator: write (?P<name>...) for a named group",
            'R' or '&' or '+' or (>= '0' and <= '9') => "invalid perl operator: recursion is not supported",
            'P' when reader.StartsWith("P=") => "invalid named capture group: back-references are not supported",
            'P' when reader.StartsWith("P>") => "invalid named capture group: recursion is not supported",
            'P' when !reader.StartsWith("P<") => "invalid perl operator: write (?P<name>...) for a named group",
            _ => null,
        };
    }

    private bool TryReadName(int start)
    {
        var end = reader.Text.IndexOf('>', reader.Position);
        if (end < 0)
        {
            return reader.Fail(start, "invalid named capture group: the name lacks its >");
        }

        var name = reader.Text[reader.Position..end];
        reader.Position = end + 1;
        if (name.Length == 0 || !name.EnumerateRunes().All(IsNameCharacter))
        {
            return reader.Fail(
                start, $"invalid named capture group: \"{name}\" is not a name of letters, digits and underscores");
        }

        return _names.Add(name)
            || reader.Fail(start, $"invalid named capture group: the name \"{name}\" is already taken");
    }

    private static bool IsNameCharacter(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
        or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter or UnicodeCategory.LetterNumber
        or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark
        or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.ConnectorPunctuation;

    private bool TryReadFlags(int start, Re2Flags flags, out GroupOpening opening)
    {
        opening = default;
        var clearing = false;
        var needsFlag = false;
        while (!reader.AtEnd)
        {
            var letter = reader.ReadCodePoint();
            if (letter is ':' or ')' && !needsFlag)
            {
                opening = new GroupOpening(flags, OpensGroup: letter == ':');
                return true;
            }

            if (letter == '-' && !clearing)
            {
                clearing = true;
                needsFlag = true;
                continue;
            }

            var flag = letter switch
            {
                'i' => Re2Flags.FoldCase,
                'm' => Re2Flags.MultiLine,
                's' => Re2Flags.DotMatchesNewLine,
                'U' => Re2Flags.Ungreedy,
                _ => Re2Flags.None,
            };
            if (flag == Re2Flags.None)
            {
                return reader.Fail(
                    start, $"invalid perl operator: {reader.Since(start)} (the flags are i, m, s and U)");
            }

            flags = clearing ? flags & ~flag : flags | flag;
            needsFlag = false;
        }

        return reader.Fail(start, "missing ): the group that begins here is not closed");
    }
}
