using System.Text.RegularExpressions;

namespace Jumpgate.Policy.Expressions;

/// <summary>
/// A regular expression in RE2's syntax, with RE2's meaning and linear-time guarantee, matched against the whole input,
/// case-sensitively. Created by <see cref="Re2Compiler"/>.
/// </summary>
public sealed class Re2Expression
{
    private readonly Regex _regex;

    internal Re2Expression(string pattern, Regex regex)
    {
        Pattern = pattern;
        _regex = regex;
    }

    /// <summary>The pattern as its author wrote it.</summary>
    public string Pattern { get; }

    /// <summary>True where the whole of <paramref name="input"/> matches.</summary>
    public bool IsMatch(ReadOnlySpan<char> input) => _regex.IsMatch(input);

    public override string ToString() => Pattern;
}
