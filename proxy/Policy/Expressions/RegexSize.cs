using Jumpgate.Policy.Expressions.Syntax;

namespace Jumpgate.Policy.Expressions;

/// <summary>How large an expression is with its repetitions written out.</summary>
internal static class RegexSize
{
    private const long Enough = int.MaxValue;

    public static long Of(RegexNode node) => Math.Min(Enough, node switch
    {
        ConcatNode concat => 1 + concat.Nodes.Sum(Of),
        AlternateNode alternate => 1 + alternate.Nodes.Sum(Of),
        RepeatNode repeat => 1 + (Math.Max(1, repeat.Max ?? repeat.Min) * Of(repeat.Node)),
        _ => 1,
    });
}
