namespace Jumpgate.Policy.Expressions.Syntax;

/// <summary>A parsed part of a pattern and how big it would be with every repetition written out.</summary>
/// <param name="RepeatProduct">Nested repetition counts multiplied, along the worst path: RE2 allows 1000.</param>
/// <param name="Cost">Automaton positions, roughly.</param>
internal readonly record struct Fragment(RegexNode Node, int RepeatProduct, long Cost)
{
    /// <summary>RE2's limit for one count and for the product of nested ones.</summary>
    public const int MaxRepeat = 1000;

    public static readonly Fragment Empty = new(EmptyNode.Instance, 1, 0);

    public static Fragment Anchor(AnchorKind kind) => new(new AnchorNode(kind), 1, 1);

    /// <summary>A large class costs more than a small one, since each mention of it is memory.</summary>
    public static Fragment Set(CodePointSet set) =>
        new(new CharSetNode(set), 1, 1 + set.Ranges.Length / 64);

    public static Fragment Concat(IReadOnlyList<Fragment> parts) => parts.Count == 1 ? parts[0] : new(
        ConcatNode.Of([.. parts.Select(part => part.Node)]),
        parts.Select(part => part.RepeatProduct).DefaultIfEmpty(1).Max(),
        parts.Sum(part => part.Cost));

    public static Fragment Alternate(IReadOnlyList<Fragment> parts) => parts.Count == 1 ? parts[0] : new(
        AlternateNode.Of([.. parts.Select(part => part.Node)]),
        parts.Max(part => part.RepeatProduct),
        parts.Sum(part => part.Cost) + parts.Count);

    public Fragment Repeat(int min, int? max)
    {
        var count = Math.Max(max ?? min, 1);
        return new Fragment(new RepeatNode(Node, min, max), RepeatProduct * count, Math.Max(Cost, 1) * count + 1);
    }
}
