using System.Collections.Immutable;
using System.Globalization;

namespace Jumpgate.Policy.Expressions;

/// <summary>
/// Reads RE2's syntax (github.com/google/re2/wiki/Syntax) and refuses what RE2 refuses. Flags are resolved here: the tree
/// knows neither case-folding nor multi-line mode, and groups are only grouping.
/// </summary>
internal sealed class Re2Parser
{
    public const int MaxPatternLength = 4096;
    private const int MaxRepeat = 1000;
    private const int MaxDepth = 200;

    private readonly string _pattern;
    private readonly HashSet<string> _names = [];
    private int _at;
    private int _depth;
    private bool _foldCase;
    private bool _multiLine;
    private bool _dotAll;

    private Re2Parser(string pattern) => _pattern = pattern;

    public static RegexNode Parse(string pattern)
    {
        if (pattern.Length > MaxPatternLength)
        {
            throw new Re2SyntaxException(MaxPatternLength, $"the pattern is longer than {MaxPatternLength} characters");
        }

        var parser = new Re2Parser(pattern);
        parser.RefuseLoneSurrogates();
        var node = parser.ParseAlternatives();
        return parser.AtEnd ? node : throw Refuse(parser._at, "unexpected )");
    }

    private bool AtEnd => _at >= _pattern.Length;

    private static Re2SyntaxException Refuse(int position, string reason) => new(position, reason);

    private bool Looking(string text) => string.CompareOrdinal(_pattern, _at, text, 0, text.Length) == 0;

    private void RefuseLoneSurrogates()
    {
        for (var i = 0; i < _pattern.Length; i++)
        {
            if (char.IsHighSurrogate(_pattern[i]) && i + 1 < _pattern.Length && char.IsLowSurrogate(_pattern[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(_pattern[i]))
            {
                throw Refuse(i, "an unpaired surrogate is no character");
            }
        }
    }

    private RegexNode ParseAlternatives()
    {
        var choices = ImmutableArray.CreateBuilder<RegexNode>();
        choices.Add(ParseSequence());
        while (!AtEnd && _pattern[_at] == '|')
        {
            _at++;
            choices.Add(ParseSequence());
        }

        return choices.Count == 1 ? choices[0] : new RegexNode.Alternate(choices.DrainToImmutable());
    }

    private RegexNode ParseSequence()
    {
        var parts = ImmutableArray.CreateBuilder<RegexNode>();
        while (!AtEnd && _pattern[_at] is not ('|' or ')'))
        {
            if (Looking("\\Q"))
            {
                ParseQuoted(parts);
                continue;
            }

            var start = _at;
            var atom = ParseAtom();
            if (atom is not null)
            {
                parts.Add(ParseRepetition(atom, start));
            }
        }

        return parts.Count switch
        {
            0 => new RegexNode.Empty(),
            1 => parts[0],
            _ => new RegexNode.Concat(parts.DrainToImmutable()),
        };
    }

    private void ParseQuoted(ImmutableArray<RegexNode>.Builder parts)
    {
        _at += 2;
        while (!AtEnd && !Looking("\\E"))
        {
            var start = _at;
            parts.Add(Literal(NextRune()));
            if (Looking("\\E"))
            {
                _at += 2;
                parts[^1] = ParseRepetition(parts[^1], start);
                return;
            }
        }

        if (!AtEnd)
        {
            _at += 2;
        }
    }

    /// <returns>Null where only flags were set.</returns>
    private RegexNode? ParseAtom()
    {
        switch (_pattern[_at])
        {
            case '*' or '+' or '?':
                throw Refuse(_at, "missing argument to repetition operator");
            case '{' when TryReadCounts(out _, out _, out _):
                throw Refuse(_at, "missing argument to repetition operator");
            case '(':
                return ParseGroup();
            case '[':
                return ParseClass();
            case '.':
                _at++;
                return Set(_dotAll ? new RuneSet().Add(0, RuneSet.Last) : new RuneSet().Add('\n', '\n').Negate());
            case '^':
                _at++;
                return new RegexNode.Anchor(_multiLine ? AnchorKind.LineStart : AnchorKind.TextStart);
            case '$':
                _at++;
                return new RegexNode.Anchor(_multiLine ? AnchorKind.LineEnd : AnchorKind.TextEnd);
            case '\\':
                return ParseEscape();
            default:
                return Literal(NextRune());
        }
    }

    private RegexNode ParseRepetition(RegexNode atom, int start)
    {
        if (AtEnd)
        {
            return atom;
        }

        var operatorAt = _at;
        int min;
        int? max;
        switch (_pattern[_at])
        {
            case '*':
                (min, max) = (0, null);
                _at++;
                break;
            case '+':
                (min, max) = (1, null);
                _at++;
                break;
            case '?':
                (min, max) = (0, 1);
                _at++;
                break;
            case '{' when TryReadCounts(out min, out max, out var length):
                if (min > MaxRepeat || max > MaxRepeat || max < min)
                {
                    throw Refuse(_at, $"invalid repeat count {_pattern.AsSpan(_at, length)}");
                }

                _at += length;
                break;
            default:
                return atom;
        }

        if (!AtEnd && _pattern[_at] == '?')
        {
            _at++;
        }

        if (!AtEnd && (_pattern[_at] is '*' or '+' or '?' || (_pattern[_at] == '{' && TryReadCounts(out _, out _, out _))))
        {
            throw Refuse(operatorAt, $"bad repetition operator {_pattern.AsSpan(operatorAt, _at + 1 - operatorAt)}");
        }

        var repeat = new RegexNode.Repeat(atom, min, max);
        if (RepeatSize(repeat) > MaxRepeat)
        {
            throw Refuse(start, $"invalid repeat count: nested repeats multiply to more than {MaxRepeat}");
        }

        return repeat;
    }

    /// <summary>{n}, {n,} or {n,m}; anything else is a literal brace.</summary>
    private bool TryReadCounts(out int min, out int? max, out int length)
    {
        max = null;
        length = 0;
        var at = _at + 1;
        if (!TryReadNumber(ref at, out min))
        {
            return false;
        }

        max = min;
        if (at < _pattern.Length && _pattern[at] == ',')
        {
            at++;
            max = null;
            if (at < _pattern.Length && _pattern[at] != '}')
            {
                if (!TryReadNumber(ref at, out var upper))
                {
                    return false;
                }

                max = upper;
            }
        }

        length = at + 1 - _at;
        return at < _pattern.Length && _pattern[at] == '}';
    }

    private bool TryReadNumber(ref int at, out int number)
    {
        var start = at;
        number = 0;
        while (at < _pattern.Length && char.IsAsciiDigit(_pattern[at]))
        {
            number = Math.Min((number * 10) + _pattern[at] - '0', 100_000_000);
            at++;
        }

        return at > start && (at == start + 1 || _pattern[start] != '0');
    }

    private static long RepeatSize(RegexNode node) => node switch
    {
        RegexNode.Repeat r => Math.Min(int.MaxValue, RepeatSize(r.Body) * Math.Max(1, r.Max ?? r.Min)),
        RegexNode.Concat c => c.Parts.Max(RepeatSize),
        RegexNode.Alternate a => a.Choices.Max(RepeatSize),
        _ => 1,
    };

    private RegexNode? ParseGroup()
    {
        var start = _at++;
        var flags = (_foldCase, _multiLine, _dotAll);
        if (Looking("?") && !ParseGroupHead(start))
        {
            return null;
        }

        if (++_depth > MaxDepth)
        {
            throw Refuse(start, "the pattern nests too deeply");
        }

        var body = ParseAlternatives();
        _depth--;
        if (AtEnd)
        {
            throw Refuse(start, "missing )");
        }

        _at++;
        (_foldCase, _multiLine, _dotAll) = flags;
        return body;
    }

    /// <returns>False where the group only set flags for the rest of its enclosing group.</returns>
    private bool ParseGroupHead(int start)
    {
        _at++;
        if (Looking("P<") || (Looking("<") && !Looking("<=") && !Looking("<!")))
        {
            _at += Looking("P<") ? 2 : 1;
            var end = _pattern.IndexOf('>', _at);
            var name = end < 0 ? string.Empty : _pattern[_at..end];
            if (name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
            {
                throw Refuse(start, "invalid named capture group");
            }

            if (!_names.Add(name))
            {
                throw Refuse(start, $"duplicate capture group name {name}");
            }

            _at = end + 1;
            return true;
        }

        var negated = false;
        var sawFlag = false;
        while (!AtEnd)
        {
            var c = _pattern[_at++];
            switch (c)
            {
                case 'i':
                    _foldCase = !negated;
                    break;
                case 'm':
                    _multiLine = !negated;
                    break;
                case 's':
                    _dotAll = !negated;
                    break;
                case 'U':
                    break;
                case '-' when !negated:
                    negated = true;
                    sawFlag = false;
                    continue;
                case ':' or ')' when !negated || sawFlag:
                    return c == ':';
                default:
                    throw Refuse(start, WhatGroup(_pattern.AsSpan(start)));
            }

            sawFlag = true;
        }

        throw Refuse(start, "missing )");
    }

    private static string WhatGroup(ReadOnlySpan<char> group) =>
        group.StartsWith("(?=") || group.StartsWith("(?!") || group.StartsWith("(?<=") || group.StartsWith("(?<!")
            ? "look-around is not regular: RE2 has none"
            : group.StartsWith("(?>") ? "atomic groups are not in RE2"
            : group.StartsWith("(?#") ? "comments are not in RE2"
            : group.StartsWith("(?(") ? "conditionals are not in RE2"
            : "invalid or unsupported group syntax";

    private RegexNode ParseEscape()
    {
        var start = _at;
        if (_at + 1 >= _pattern.Length)
        {
            throw Refuse(start, "trailing backslash");
        }

        var c = _pattern[_at + 1];
        switch (c)
        {
            case 'A':
                _at += 2;
                return new RegexNode.Anchor(AnchorKind.TextStart);
            case 'z':
                _at += 2;
                return new RegexNode.Anchor(AnchorKind.TextEnd);
            case 'b':
                _at += 2;
                return new RegexNode.Anchor(AnchorKind.WordBoundary);
            case 'B':
                _at += 2;
                return new RegexNode.Anchor(AnchorKind.NoWordBoundary);
            case 'C':
                throw Refuse(start, "\\C matches a byte, not a character: not supported");
        }

        return TryParseClassEscape() is { } set ? Set(set) : Literal(ParseEscapedRune());
    }

    /// <summary><c>\d</c> and its like, <c>\pL</c>, <c>\p{Lu}</c>; null where something else is escaped.</summary>
    private RuneSet? TryParseClassEscape()
    {
        var c = _pattern[_at + 1];
        if (Re2Classes.Perl(c) is { } perl)
        {
            _at += 2;
            return perl;
        }

        if (c is not ('p' or 'P'))
        {
            return null;
        }

        var start = _at;
        _at += 2;
        var negated = c == 'P';
        string name;
        if (Looking("{"))
        {
            var end = _pattern.IndexOf('}', _at);
            name = end < 0 ? throw Refuse(start, "invalid character class range") : _pattern[(_at + 1)..end];
            _at = end + 1;
            if (name.StartsWith('^'))
            {
                negated = !negated;
                name = name[1..];
            }
        }
        else
        {
            name = AtEnd ? string.Empty : _pattern[_at++].ToString();
        }

        var set = RuneSet.OfCategory(name) ?? throw Refuse(
            start, $"unknown or unsupported Unicode class {name}: general categories such as L or Lu are supported");
        if (_foldCase)
        {
            set.FoldCase();
        }

        return negated ? set.Negate() : set;
    }

    private int ParseEscapedRune()
    {
        var start = _at;
        _at++;
        if (AtEnd)
        {
            throw Refuse(start, "trailing backslash");
        }

        var c = _pattern[_at++];
        switch (c)
        {
            case 'a':
                return 7;
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'v':
                return '\v';
            case 'x':
                return ParseHex(start);
            case >= '1' and <= '7' when AtEnd || _pattern[_at] is < '0' or > '7':
            case '8' or '9':
                throw Refuse(start, $"\\{c}: back-references are not regular, RE2 has none");
            case >= '0' and <= '7':
                var value = c - '0';
                for (var i = 0; i < 2 && !AtEnd && _pattern[_at] is >= '0' and <= '7'; i++)
                {
                    value = (value * 8) + _pattern[_at++] - '0';
                }

                return value;
        }

        return c < 0x80 && !char.IsAsciiLetterOrDigit(c) && c != '_'
            ? c
            : throw Refuse(start, $"invalid escape sequence \\{c}");
    }

    private int ParseHex(int start)
    {
        string digits;
        if (Looking("{"))
        {
            var end = _pattern.IndexOf('}', _at);
            digits = end < 0 ? string.Empty : _pattern[(_at + 1)..end];
            _at = end + 1;
        }
        else
        {
            digits = _pattern.Substring(_at, Math.Min(2, _pattern.Length - _at));
            _at += digits.Length;
            digits = digits.Length == 2 ? digits : string.Empty;
        }

        return digits.Length is > 0 and <= 8
            && int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            && value is >= 0 and <= RuneSet.Last
            ? value
            : throw Refuse(start, "invalid escape sequence \\x");
    }

    private RegexNode.Set ParseClass()
    {
        var start = _at++;
        var negated = Looking("^");
        if (negated)
        {
            _at++;
        }

        var set = new RuneSet();
        var first = true;
        while (true)
        {
            if (AtEnd)
            {
                throw Refuse(start, "missing closing ]");
            }

            if (_pattern[_at] == ']' && !first)
            {
                break;
            }

            if (!first && Looking("-[") && !Looking("-[:"))
            {
                throw Refuse(_at, "class subtraction is not in RE2; escape the bracket to mean it literally");
            }

            first = false;
            ParseClassItem(set, start);
        }

        _at++;
        if (_foldCase)
        {
            set.FoldCase();
        }

        return new RegexNode.Set((negated ? set.Negate() : set).Normalize());
    }

    private void ParseClassItem(RuneSet set, int start)
    {
        if (Looking("[:"))
        {
            var end = _pattern.IndexOf(":]", _at + 2, StringComparison.Ordinal);
            if (end >= 0)
            {
                var name = _pattern[(_at + 2)..end];
                var negated = name.StartsWith('^');
                var named = Re2Classes.Posix(negated ? name[1..] : name)
                    ?? throw Refuse(_at, $"invalid character class range [:{name}:]");
                set.Add(negated ? named.Negate() : named);
                _at = end + 2;
                return;
            }
        }

        if (_pattern[_at] == '\\' && _at + 1 < _pattern.Length && TryParseClassEscape() is { } escaped)
        {
            set.Add(escaped);
            return;
        }

        var itemAt = _at;
        var low = ParseClassRune(start);
        var high = low;
        if (_at + 1 < _pattern.Length && _pattern[_at] == '-' && _pattern[_at + 1] is not (']' or '['))
        {
            _at++;
            if (_pattern[_at] == '\\' && _at + 1 < _pattern.Length && _pattern[_at + 1] is 'd' or 'D' or 's' or 'S' or 'w'
                or 'W' or 'p' or 'P')
            {
                throw Refuse(itemAt, "invalid character class range");
            }

            high = ParseClassRune(start);
        }

        if (high < low)
        {
            throw Refuse(itemAt, $"invalid character class range {_pattern.AsSpan(itemAt, _at - itemAt)}");
        }

        set.Add(low, high);
    }

    private int ParseClassRune(int start)
    {
        if (AtEnd)
        {
            throw Refuse(start, "missing closing ]");
        }

        return _pattern[_at] == '\\' ? ParseEscapedRune() : NextRune();
    }

    private int NextRune()
    {
        var rune = char.ConvertToUtf32(_pattern, _at);
        _at += rune > char.MaxValue ? 2 : 1;
        return rune;
    }

    private RegexNode.Set Literal(int rune)
    {
        var set = new RuneSet().Add(rune, rune);
        return Set(_foldCase ? set.FoldCase() : set);
    }

    private static RegexNode.Set Set(RuneSet set) => new(set.Normalize());
}
