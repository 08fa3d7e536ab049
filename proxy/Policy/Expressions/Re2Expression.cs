using System.Text;
using System.Text.RegularExpressions;
using Jumpgate.Policy.Expressions.Syntax;

namespace Jumpgate.Policy.Expressions;

/// <summary>
/// A regular expression in RE2's syntax, with RE2's meaning and linear-time guarantee, matched against the whole input,
/// case-sensitively. Created by <see cref="Re2Compiler"/>.
/// </summary>
public sealed class Re2Expression
{
    private readonly Lazy<Regex> _regex;

    internal Re2Expression(string pattern, RegexNode root, Lazy<Regex> regex)
    {
        Pattern = pattern;
        Root = root;
        _regex = regex;
    }

    /// <summary>The pattern as its author wrote it.</summary>
    public string Pattern { get; }

    /// <summary>What the pattern means, for compilers to other machines.</summary>
    internal RegexNode Root { get; }

    /// <summary>True where the whole of <paramref name="input"/> matches.</summary>
    /// <remarks>
    /// Input that is not ASCII never matches, not even <c>.*</c>: methods, targets and hosts are ASCII (RFC 9110
    /// section 9.1, RFC 3986 section 2) and refused otherwise before any rule is asked; should something else arrive
    /// here all the same, it is better not allowed than misread.
    /// </remarks>
    public bool IsMatch(ReadOnlySpan<char> input) => Ascii.IsValid(input) && _regex.Value.IsMatch(input);

    public override string ToString() => Pattern;
}
