namespace Jumpgate.Policy.Expressions.Syntax;

/// <summary>The flags of <c>(?imsU)</c>. U swaps greedy and lazy, which no full match can tell apart.</summary>
[Flags]
internal enum Re2Flags
{
    None = 0,
    FoldCase = 1,
    MultiLine = 2,
    DotMatchesNewLine = 4,
    Ungreedy = 8,
}
