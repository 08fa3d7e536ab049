namespace Jumpgate.Policy.Expressions.Syntax;

internal enum AnchorKind
{
    BeginText,
    EndText,

    /// <summary>The beginning of the text, or behind a line feed.</summary>
    BeginLine,

    /// <summary>The end of the text, or before a line feed.</summary>
    EndLine,

    /// <summary>Between a character of <c>[0-9A-Za-z_]</c> and another, or an end of the text.</summary>
    WordBoundary,
    NotWordBoundary,
}
