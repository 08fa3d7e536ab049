using System.Collections.Immutable;
using Jumpgate.Policy.Expressions.Syntax;

namespace Jumpgate.Policy.Expressions;

/// <summary>Rewrites an expression to an equal one that the .NET engine gets right.</summary>
/// <remarks>
/// .NET 10 misreads an empty alternative in a loop, with and without backtracking: <c>\A(?:a+|)+\z</c> does not match
/// "". So nothing empty is left inside: it becomes an optional part, and a loop over what may be empty may itself be
/// left out.
/// </remarks>
internal static class RegexSimplifier
{
    public static RegexNode Simplify(RegexNode node) => node switch
    {
        ConcatNode concat => ConcatNode.Of(
            [.. concat.Nodes.Select(Simplify).Where(part => part is not EmptyNode)]),
        AlternateNode alternate => Simplify(alternate),
        RepeatNode repeat => Simplify(repeat),
        _ => node,
    };

    private static RegexNode Simplify(AlternateNode alternate)
    {
        var parts = alternate.Nodes.Select(Simplify).ToImmutableArray();
        var rest = AlternateNode.Of([.. parts.Where(part => part is not EmptyNode)]);
        return parts.Any(part => part is EmptyNode) ? Optional(rest) : rest;
    }

    private static RegexNode Simplify(RepeatNode repeat)
    {
        var node = Simplify(repeat.Node);
        if (repeat.Max == 0 || node is EmptyNode)
        {
            return EmptyNode.Instance;
        }

        // Repeating what takes no room adds nothing: once is as good as often, and never is allowed where min is 0.
        if (node.IsZeroWidth)
        {
            return repeat.Min == 0 ? EmptyNode.Instance : node;
        }

        return new RepeatNode(node, IsNullable(node) ? 0 : repeat.Min, repeat.Max);
    }

    private static RegexNode Optional(RegexNode node) =>
        node.IsZeroWidth ? EmptyNode.Instance : new RepeatNode(node, 0, 1);

    /// <summary>True where the node matches the empty string wherever it stands.</summary>
    private static bool IsNullable(RegexNode node) => node switch
    {
        EmptyNode => true,
        ConcatNode concat => concat.Nodes.All(IsNullable),
        AlternateNode alternate => alternate.Nodes.Any(IsNullable),
        RepeatNode repeat => repeat.Min == 0 || IsNullable(repeat.Node),
        _ => false,
    };
}
