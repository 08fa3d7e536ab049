namespace Jumpgate.Policy.Expressions;

/// <param name="Position">0-based offset in the pattern, in UTF-16 code units.</param>
/// <param name="Reason">What is wrong, in words an operator can act on.</param>
public sealed record Re2Error(int Position, string Reason)
{
    public override string ToString() => $"at position {Position}: {Reason}";
}
