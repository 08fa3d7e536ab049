namespace Jumpgate.Policy.Expressions.Syntax;

/// <summary>Unicode code points <paramref name="First"/> to <paramref name="Last"/>, both included.</summary>
internal readonly record struct CodePointRange(int First, int Last);
