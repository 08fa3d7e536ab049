using Jumpgate.Policy.Expressions.Syntax;

namespace Jumpgate.Policy.Tests.Expressions;

/// <summary>
/// The meaning of a parsed expression by its definition: where can a match of a node end that begins here. Slow, small,
/// and without anything in common with the engine it checks.
/// </summary>
internal static class ReferenceMatcher
{
    public static bool IsMatch(RegexNode root, string input) => Ends(root, input, [0]).Contains(input.Length);

    private static HashSet<int> Ends(RegexNode node, string input, HashSet<int> starts) => node switch
    {
        EmptyNode => starts,
        CharSetNode { Set: var set } =>
            [.. starts.Where(at => at < input.Length && set.Contains(input[at])).Select(at => at + 1)],
        ConcatNode { Nodes: var nodes } => nodes.Aggregate(starts, (ends, part) => Ends(part, input, ends)),
        AlternateNode { Nodes: var nodes } => [.. nodes.SelectMany(part => Ends(part, input, starts))],
        AnchorNode { Kind: var kind } => [.. starts.Where(at => Holds(kind, input, at))],
        RepeatNode repeat => Ends(repeat, input, starts),
        _ => throw new ArgumentException("not a kind of node", nameof(node)),
    };

    private static HashSet<int> Ends(RepeatNode repeat, string input, HashSet<int> starts)
    {
        var ends = starts;
        for (var count = 0; count < repeat.Min; count++)
        {
            ends = Ends(repeat.Node, input, ends);
        }

        HashSet<int> all = [.. ends];
        for (var count = repeat.Min; repeat.Max is not { } max || count < max; count++)
        {
            ends = Ends(repeat.Node, input, ends);
            var known = all.Count;
            all.UnionWith(ends);
            if (all.Count == known)
            {
                break;
            }
        }

        return all;
    }

    private static bool Holds(AnchorKind kind, string input, int at) => kind switch
    {
        AnchorKind.BeginText => at == 0,
        AnchorKind.EndText => at == input.Length,
        AnchorKind.BeginLine => at == 0 || input[at - 1] == '\n',
        AnchorKind.EndLine => at == input.Length || input[at] == '\n',
        AnchorKind.WordBoundary => IsWord(input, at - 1) != IsWord(input, at),
        _ => IsWord(input, at - 1) == IsWord(input, at),
    };

    private static bool IsWord(string input, int at) =>
        at >= 0 && at < input.Length && (char.IsAsciiLetterOrDigit(input[at]) || input[at] == '_');
}
