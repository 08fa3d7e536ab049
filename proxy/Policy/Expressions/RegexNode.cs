using System.Collections.Immutable;

namespace Jumpgate.Policy.Expressions;

/// <summary>A regular expression as RE2 understands it, free of syntax: what compilers walk.</summary>
internal abstract record RegexNode
{
    /// <summary>Matches the empty text.</summary>
    public sealed record Empty : RegexNode;

    /// <summary>One code point out of a set; no ranges: never matches.</summary>
    public sealed record Set(ImmutableArray<RuneRange> Ranges) : RegexNode;

    public sealed record Concat(ImmutableArray<RegexNode> Parts) : RegexNode;

    public sealed record Alternate(ImmutableArray<RegexNode> Choices) : RegexNode;

    /// <param name="Max">Null: unbounded.</param>
    public sealed record Repeat(RegexNode Body, int Min, int? Max) : RegexNode;

    public sealed record Anchor(AnchorKind Kind) : RegexNode;
}

internal enum AnchorKind
{
    TextStart,
    TextEnd,
    LineStart,
    LineEnd,
    WordBoundary,
    NoWordBoundary,
}

/// <summary>Code points from <paramref name="First"/> to <paramref name="Last"/>, both included.</summary>
internal readonly record struct RuneRange(int First, int Last);
