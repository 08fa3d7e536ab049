using System.Text;
using Jumpgate.Policy.Expressions.Syntax;

namespace Jumpgate.Policy.Expressions;

/// <summary>The characters that every match of an expression begins with.</summary>
internal static class LiteralPrefix
{
    private const int Longest = 64;

    public static string Of(Re2Expression? expression)
    {
        if (expression is null)
        {
            return string.Empty;
        }

        var prefix = new StringBuilder();
        _ = Append(expression.Root, prefix);
        return prefix.ToString();
    }

    /// <returns>False where what follows is not certain.</returns>
    private static bool Append(RegexNode node, StringBuilder prefix)
    {
        switch (node)
        {
            case EmptyNode or AnchorNode:
                return true;
            case CharSetNode { Set.Ranges: [var only] } when only.First == only.Last && only.First < 0x80:
                prefix.Append((char)only.First);
                return prefix.Length < Longest;
            case ConcatNode { Nodes: var nodes }:
                return nodes.All(part => Append(part, prefix));
            default:
                return false;
        }
    }
}
