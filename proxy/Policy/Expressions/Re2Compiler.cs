using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Jumpgate.Policy.Expressions.Syntax;

namespace Jumpgate.Policy.Expressions;

/// <summary>Turns RE2 syntax into .NET's NonBacktracking engine, or refuses with a position and a reason.</summary>
/// <remarks>
/// Syntax and meaning: https://github.com/google/re2/wiki/Syntax with RE2's default options. Stricter than RE2: \C,
/// Unicode scripts, and what reads as class subtraction are refused; patterns are bounded in length, depth and expanded
/// size; and only ASCII input is ever matched (<see cref="Re2Expression.IsMatch"/>).
/// </remarks>
public static class Re2Compiler
{
    /// <summary>In UTF-16 code units.</summary>
    public const int MaxPatternLength = 4096;

    /// <summary>Nodes, repetitions written out, that the engine takes without question: it builds its tables, for
    /// milliseconds, when they are first needed, and most of thousands of rules never are.</summary>
    private const int CertainSize = 1000;

    /// <returns>False with <paramref name="error"/> where RE2 (or our mapping) refuses
    /// <paramref name="pattern"/>.</returns>
    public static bool TryCompile(
        string pattern,
        [NotNullWhen(true)] out Re2Expression? expression,
        [NotNullWhen(false)] out Re2Error? error)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        expression = null;
        error = CheckText(pattern);
        if (error is not null)
        {
            return false;
        }

        (var root, error) = Re2Parser.Parse(pattern);
        if (root is null)
        {
            error ??= new Re2Error(0, "the expression cannot be read");
            return false;
        }

        try
        {
            const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;
            var simple = RegexSimplifier.Simplify(root);
            var regex = new Lazy<Regex>(() => new Regex(DotNetPatternWriter.Write(simple), Options));
            if (RegexSize.Of(simple) > CertainSize)
            {
                _ = regex.Value;
            }

            expression = new Re2Expression(pattern, root, regex);
            return true;
        }
        catch (NotSupportedException exception)
        {
            // The engine counts a little differently, and a host may have set REGEX_NONBACKTRACKING_MAX_AUTOMATA_SIZE.
            error = new Re2Error(0, $"the expression is too large: {exception.Message}");
            return false;
        }
    }

    private static Re2Error? CheckText(string pattern)
    {
        if (pattern.Length > MaxPatternLength)
        {
            return new Re2Error(
                MaxPatternLength,
                $"the expression is too long: {pattern.Length} characters, {MaxPatternLength} are allowed");
        }

        for (var index = 0; index < pattern.Length; index++)
        {
            if (!char.IsSurrogate(pattern[index]))
            {
                continue;
            }

            if (index + 1 == pattern.Length || !char.IsSurrogatePair(pattern[index], pattern[index + 1]))
            {
                return new Re2Error(index, "invalid UTF-8: an unpaired surrogate is no character");
            }

            index++;
        }

        return null;
    }
}
