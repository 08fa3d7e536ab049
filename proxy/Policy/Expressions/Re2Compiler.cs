using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Jumpgate.Policy.Expressions;

/// <summary>Turns RE2 syntax into .NET's NonBacktracking engine, or refuses with a position and a reason.</summary>
public static class Re2Compiler
{
    /// <summary>Nodes after counted repeats are written out: bounds the automaton, and with it memory.</summary>
    private const long MaxExpandedNodes = 20_000;

    /// <returns>False with <paramref name="error"/> where RE2 (or our mapping) refuses <paramref name="pattern"/>.</returns>
    public static bool TryCompile(
        string pattern,
        [NotNullWhen(true)] out Re2Expression? expression,
        [NotNullWhen(false)] out Re2Error? error)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        expression = null;
        error = null;
        try
        {
            var tree = Re2Parser.Parse(pattern);
            if (Size(tree) > MaxExpandedNodes)
            {
                error = new Re2Error(0, "the expression is too large when its repeats are written out");
                return false;
            }

            expression = new Re2Expression(pattern, Compile(tree));
            return true;
        }
        catch (Re2SyntaxException refusal)
        {
            error = refusal.Error;
            return false;
        }
        catch (NotSupportedException)
        {
            error = new Re2Error(0, "the expression is too large for a linear-time engine");
            return false;
        }
    }

    private static Regex Compile(RegexNode tree) => new(
        DotNetEmitter.Emit(tree), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    private static long Size(RegexNode node) => node switch
    {
        RegexNode.Repeat r => Math.Min(int.MaxValue, Size(r.Body) * Math.Max(1, r.Max ?? r.Min) + 1),
        RegexNode.Concat c => c.Parts.Sum(Size),
        RegexNode.Alternate a => a.Choices.Sum(Size),
        _ => 1,
    };
}
