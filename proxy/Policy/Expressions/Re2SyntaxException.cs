namespace Jumpgate.Policy.Expressions;

#pragma warning disable CA1032 // thrown and caught inside this folder only, always with a position
/// <summary>Carries a refusal out of the parser's recursion; never leaves <see cref="Re2Compiler"/>.</summary>
internal sealed class Re2SyntaxException(int position, string reason) : Exception(reason)
{
    public Re2Error Error { get; } = new(position, reason);
}
