using System.Collections.Frozen;

namespace Jumpgate.Policy.Expressions.Syntax;

/// <summary>The Perl and POSIX classes, which RE2 keeps to ASCII.</summary>
internal static class AsciiClasses
{
    public static readonly CodePointSet Digit = Of(('0', '9'));

    /// <summary>Perl's blanks: unlike POSIX's they leave out the vertical tab.</summary>
    public static readonly CodePointSet PerlSpace = Of(('\t', '\n'), ('\f', '\r'), (' ', ' '));

    public static readonly CodePointSet Word = Of(('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z'));

    /// <summary>POSIX classes by the name between the colons.</summary>
    public static readonly FrozenDictionary<string, CodePointSet> Posix = new Dictionary<string, CodePointSet>
    {
        ["alnum"] = Of(('0', '9'), ('A', 'Z'), ('a', 'z')),
        ["alpha"] = Of(('A', 'Z'), ('a', 'z')),
        ["ascii"] = Of(('\0', '\x7F')),
        ["blank"] = Of(('\t', '\t'), (' ', ' ')),
        ["cntrl"] = Of(('\0', '\x1F'), ('\x7F', '\x7F')),
        ["digit"] = Digit,
        ["graph"] = Of(('!', '~')),
        ["lower"] = Of(('a', 'z')),
        ["print"] = Of((' ', '~')),
        ["punct"] = Of(('!', '/'), (':', '@'), ('[', '`'), ('{', '~')),
        ["space"] = Of(('\t', '\r'), (' ', ' ')),
        ["upper"] = Of(('A', 'Z')),
        ["word"] = Word,
        ["xdigit"] = Of(('0', '9'), ('A', 'F'), ('a', 'f')),
    }.ToFrozenDictionary();

    private static CodePointSet Of(params (char First, char Last)[] ranges) =>
        CodePointSet.Of(ranges.Select(range => new CodePointRange(range.First, range.Last)));
}
