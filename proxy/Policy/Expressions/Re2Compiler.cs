using System.Diagnostics.CodeAnalysis;

namespace Jumpgate.Policy.Expressions;

/// <summary>Turns RE2 syntax into .NET's NonBacktracking engine, or refuses with a position and a reason.</summary>
public static class Re2Compiler
{
    /// <returns>False with <paramref name="error"/> where RE2 (or our mapping) refuses <paramref name="pattern"/>.</returns>
    public static bool TryCompile(
        string pattern,
        [NotNullWhen(true)] out Re2Expression? expression,
        [NotNullWhen(false)] out Re2Error? error) =>
        throw new NotImplementedException();
}
