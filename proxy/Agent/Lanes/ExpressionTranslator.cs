using System.Collections.Immutable;
using Jumpgate.Policy.Expressions;
using Jumpgate.Policy.Expressions.Syntax;
using Jumpgate.Sockmap.Automata;

namespace Jumpgate.Agent.Lanes;

/// <summary>
/// Expressions as languages over ASCII, which is all that ever matches. Equal patterns become one object.
/// </summary>
internal sealed class ExpressionTranslator
{
    private const int LastAscii = 0x7f;

    private readonly Dictionary<string, Language?> _translated = new(StringComparer.Ordinal);

    /// <returns>Null: no condition, either because there is none or because (<paramref name="exact"/> false) it cannot
    /// be told, so that more may match than the expression does.</returns>
    public Language? Translate(Re2Expression? expression, out bool exact)
    {
        exact = true;
        if (expression is null)
        {
            return null;
        }

        if (!_translated.TryGetValue(expression.Pattern, out var language))
        {
            language = Translate(expression.Root);
            _translated.Add(expression.Pattern, language);
        }

        exact = language is not null;
        return language;
    }

    private static Language? Translate(RegexNode node)
    {
        switch (node)
        {
            case EmptyNode:
                return new Language.Nothing();
            case CharSetNode { Set: var set }:
                return new Language.Bytes(Translate(set));
            case ConcatNode { Nodes: var nodes }:
                return TranslateAll(nodes) is { } sequence ? new Language.Sequence(sequence) : null;
            case AlternateNode { Nodes: var nodes }:
                return TranslateAll(nodes) is { } choice ? new Language.Choice(choice) : null;
            case RepeatNode repeat:
                return Translate(repeat.Node) is { } part ? new Language.Repeat(part, repeat.Min, repeat.Max) : null;
            // No line feed gets this far, so that lines begin and end where the text does.
            case AnchorNode { Kind: AnchorKind.BeginText or AnchorKind.BeginLine }:
                return new Language.Begin();
            case AnchorNode { Kind: AnchorKind.EndText or AnchorKind.EndLine }:
                return new Language.End();
            default:
                return null;
        }
    }

    private static ImmutableArray<Language>? TranslateAll(ImmutableArray<RegexNode> nodes)
    {
        var parts = nodes.Select(Translate).ToArray();
        return Array.Exists(parts, part => part is null) ? null : [.. parts.Select(part => part!)];
    }

    private static ByteSet Translate(CodePointSet set)
    {
        var bytes = default(ByteSet);
        foreach (var range in set.Ranges.TakeWhile(range => range.First <= LastAscii))
        {
            bytes |= ByteSet.Range((byte)range.First, (byte)Math.Min(range.Last, LastAscii));
        }

        return bytes;
    }
}
