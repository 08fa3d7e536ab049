using System.Collections.Immutable;

namespace Jumpgate.Policy.Expressions.Syntax;

/// <summary>
/// What an expression means, with flags, captures, greediness and case folding already resolved: a language of whole
/// inputs. Whoever compiles it (the .NET engine today) needs to handle the sealed kinds below and nothing else.
/// </summary>
internal abstract class RegexNode
{
    /// <summary>True where the node can only ever match the empty string.</summary>
    public abstract bool IsZeroWidth { get; }
}

/// <summary>The empty string.</summary>
internal sealed class EmptyNode : RegexNode
{
    public static readonly EmptyNode Instance = new();

    public override bool IsZeroWidth => true;
}

/// <summary>One code point of a set. An empty set matches nothing at all.</summary>
internal sealed class CharSetNode(CodePointSet set) : RegexNode
{
    public CodePointSet Set { get; } = set;

    public override bool IsZeroWidth => false;
}

/// <summary>Two or more nodes in sequence.</summary>
internal sealed class ConcatNode : RegexNode
{
    private ConcatNode(ImmutableArray<RegexNode> nodes)
    {
        Nodes = nodes;
        IsZeroWidth = nodes.All(node => node.IsZeroWidth);
    }

    public ImmutableArray<RegexNode> Nodes { get; }

    public override bool IsZeroWidth { get; }

    public static RegexNode Of(ImmutableArray<RegexNode> nodes) => nodes switch
    {
        [] => EmptyNode.Instance,
        [var only] => only,
        _ => new ConcatNode(nodes),
    };
}

/// <summary>Any of two or more nodes.</summary>
internal sealed class AlternateNode : RegexNode
{
    private AlternateNode(ImmutableArray<RegexNode> nodes)
    {
        Nodes = nodes;
        IsZeroWidth = nodes.All(node => node.IsZeroWidth);
    }

    public ImmutableArray<RegexNode> Nodes { get; }

    public override bool IsZeroWidth { get; }

    public static RegexNode Of(ImmutableArray<RegexNode> nodes) => nodes switch
    {
        [] => EmptyNode.Instance,
        [var only] => only,
        _ => new AlternateNode(nodes),
    };
}

/// <summary>A node <paramref name="min"/> to <paramref name="max"/> times; null is without limit.</summary>
internal sealed class RepeatNode(RegexNode node, int min, int? max) : RegexNode
{
    public RegexNode Node { get; } = node;

    public int Min { get; } = min;

    public int? Max { get; } = max;

    public override bool IsZeroWidth => Node.IsZeroWidth || Max == 0;
}

/// <summary>A condition on a place between two code points.</summary>
internal sealed class AnchorNode(AnchorKind kind) : RegexNode
{
    public AnchorKind Kind { get; } = kind;

    public override bool IsZeroWidth => true;
}
