using System.Globalization;
using System.Text;

namespace Jumpgate.Policy.Expressions;

/// <summary>
/// Writes a tree in .NET's syntax with RE2's meaning: every character set is spelled out, so that none of .NET's own ideas
/// of digits, words, spaces and case take part. Code points beyond the basic plane cannot occur in what is matched (methods,
/// targets and hosts are ASCII) and match nothing.
/// </summary>
internal static class DotNetEmitter
{
    public const int MaxLength = 200_000;

    public static string Emit(RegexNode node)
    {
        var text = new StringBuilder(@"\A(?:");
        Emit(node, text);
        return text.Append(@")\z").ToString();
    }

    private static void Emit(RegexNode node, StringBuilder text)
    {
        switch (node)
        {
            case RegexNode.Empty:
                break;
            case RegexNode.Set set:
                EmitSet(set, text);
                break;
            case RegexNode.Concat concat:
                foreach (var part in concat.Parts)
                {
                    Group(part, text);
                }

                break;
            case RegexNode.Alternate alternate:
                for (var i = 0; i < alternate.Choices.Length; i++)
                {
                    text.Append(i == 0 ? "" : "|");
                    Emit(alternate.Choices[i], text);
                }

                break;
            case RegexNode.Repeat repeat:
                text.Append("(?:");
                Emit(repeat.Body, text);
                text.Append(CultureInfo.InvariantCulture, $"){{{repeat.Min},{repeat.Max}}}");
                break;
            case RegexNode.Anchor anchor:
                text.Append(anchor.Kind switch
                {
                    AnchorKind.TextStart => @"\A",
                    AnchorKind.TextEnd => @"\z",
                    AnchorKind.LineStart => "(?m:^)",
                    AnchorKind.LineEnd => "(?m:$)",
                    AnchorKind.WordBoundary => @"\b",
                    AnchorKind.NoWordBoundary => @"\B",
                    _ => throw new InvalidOperationException($"unknown anchor {anchor.Kind}"),
                });
                break;
        }
    }

    private static void Group(RegexNode node, StringBuilder text)
    {
        if (node is RegexNode.Alternate)
        {
            text.Append("(?:");
            Emit(node, text);
            text.Append(')');
        }
        else
        {
            Emit(node, text);
        }
    }

    private static void EmitSet(RegexNode.Set set, StringBuilder text)
    {
        var start = text.Length;
        text.Append('[');
        foreach (var range in set.Ranges)
        {
            if (range.First <= char.MaxValue)
            {
                var last = Math.Min(range.Last, char.MaxValue);
                text.Append(CultureInfo.InvariantCulture, $"\\u{range.First:x4}-\\u{last:x4}");
            }
        }

        if (text.Length == start + 1)
        {
            text.Length = start;
            text.Append(@"[^\u0000-\uffff]");
            return;
        }

        text.Append(']');
    }
}
