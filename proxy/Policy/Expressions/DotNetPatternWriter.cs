using System.Globalization;
using System.Text;
using Jumpgate.Policy.Expressions.Syntax;

namespace Jumpgate.Policy.Expressions;

/// <summary>
/// Writes an expression as a .NET pattern that needs no options to mean the same for ASCII input: classes are spelled
/// out (.NET's own \d, \w and (?i) are Unicode's and differ from RE2's), all groups are non-capturing, and the whole is
/// anchored.
/// </summary>
/// <remarks>
/// What lies beyond ASCII is left out of the classes: what policies judge is ASCII, \b means the same in both engines
/// there, and large alphabets make the NonBacktracking engine of .NET 10 err (<c>(?:\p{L}\n){0,2}[\s\S]</c> written out
/// with surrogate pairs does not match a line feed).
/// </remarks>
internal sealed class DotNetPatternWriter
{
    private const int LastAscii = 0x7F;
    private const string Never = @"[^\u0000-\uFFFF]";

    private readonly StringBuilder _text = new();

    private DotNetPatternWriter()
    {
    }

    public static string Write(RegexNode root)
    {
        var writer = new DotNetPatternWriter();
        writer._text.Append(@"\A(?:");
        writer.Append(root);
        writer._text.Append(@")\z");
        return writer._text.ToString();
    }

    private void Append(RegexNode node)
    {
        switch (node)
        {
            case CharSetNode { Set: var set }:
                Append(set);
                break;
            case ConcatNode { Nodes: var nodes }:
                foreach (var part in nodes)
                {
                    Append(part);
                }

                break;
            case AlternateNode { Nodes: var nodes }:
                var separator = "(?:";
                foreach (var part in nodes)
                {
                    _text.Append(separator);
                    Append(part);
                    separator = "|";
                }

                _text.Append(')');
                break;
            case RepeatNode repeat:
                Append(repeat);
                break;
            case AnchorNode { Kind: var kind }:
                _text.Append(Text(kind));
                break;
        }
    }

    private void Append(RepeatNode repeat)
    {
        _text.Append("(?:");
        Append(repeat.Node);
        _text.Append(CultureInfo.InvariantCulture, $"){{{repeat.Min},{repeat.Max}}}");
    }

    private static string Text(AnchorKind kind) => kind switch
    {
        AnchorKind.BeginText => @"\A",
        AnchorKind.EndText => @"\z",
        AnchorKind.BeginLine => "(?m:^)",
        AnchorKind.EndLine => "(?m:$)",
        AnchorKind.WordBoundary => @"\b",
        AnchorKind.NotWordBoundary => @"\B",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "not an anchor"),
    };

    private void Append(CodePointSet set)
    {
        var start = _text.Length;
        _text.Append('[');
        foreach (var range in set.Ranges.TakeWhile(range => range.First <= LastAscii))
        {
            AppendRange(range.First, Math.Min(range.Last, LastAscii));
        }

        if (_text.Length == start + 1)
        {
            _text.Length = start;
            _text.Append(Never);
            return;
        }

        _text.Append(']');
    }

    private void AppendRange(int first, int last)
    {
        Append((char)first);
        if (last > first)
        {
            _text.Append('-');
            Append((char)last);
        }
    }

    private void Append(char member)
    {
        if (char.IsAsciiLetterOrDigit(member))
        {
            _text.Append(member);
        }
        else
        {
            _text.Append(CultureInfo.InvariantCulture, $"\\u{(int)member:X4}");
        }
    }
}
