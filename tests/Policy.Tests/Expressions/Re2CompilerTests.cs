using Jumpgate.Policy.Expressions;

namespace Jumpgate.Policy.Tests.Expressions;

/// <summary>RE2's syntax (github.com/google/re2/wiki/Syntax) on .NET's linear-time engine.</summary>
public sealed class Re2CompilerTests
{
    [Theory]
    [InlineData(@"(a)\1", "back-references")]
    [InlineData("(?=a)", "look-around")]
    [InlineData("(?!a)", "look-around")]
    [InlineData("(?<=a)b", "look-around")]
    [InlineData("(?<!a)b", "look-around")]
    [InlineData("(?>a)", "atomic")]
    [InlineData("(?#c)", "comments")]
    [InlineData("(?(1)a|b)", "conditionals")]
    [InlineData("(?x)a", "unsupported group")]
    [InlineData(@"a\Z", "invalid escape")]
    [InlineData(@"\Ga", "invalid escape")]
    [InlineData(@"\u0041", "invalid escape")]
    [InlineData(@"\_", "invalid escape")]
    [InlineData(@"\C", @"\C")]
    [InlineData("[a-z-[aeiou]]", "subtraction")]
    [InlineData("x{1001}", "repeat count")]
    [InlineData("x{2,1}", "repeat count")]
    [InlineData("(x{100}){11}", "nested repeats")]
    [InlineData("a**", "bad repetition")]
    [InlineData("a++", "bad repetition")]
    [InlineData("a{2}{3}", "bad repetition")]
    [InlineData("*a", "missing argument")]
    [InlineData("(*)", "missing argument")]
    [InlineData("(a", "missing )")]
    [InlineData("a)", "unexpected )")]
    [InlineData("[a", "missing closing ]")]
    [InlineData("[z-a]", "class range")]
    [InlineData(@"[a-\d]", "class range")]
    [InlineData("[[:nope:]]", "class range")]
    [InlineData(@"a\", "trailing backslash")]
    [InlineData(@"\x{110000}", "escape")]
    [InlineData("(?P<n>a)(?P<n>b)", "duplicate")]
    [InlineData("(?P=n)", "unsupported group")]
    [InlineData(@"\p{Nope}", "Unicode class")]
    public void TryCompile_WhatRe2Refuses_IsRefusedWithReason(string pattern, string reason)
    {
        Assert.False(Re2Compiler.TryCompile(pattern, out _, out var error));
        Assert.Contains(reason, error.Reason, StringComparison.Ordinal);
        Assert.InRange(error.Position, 0, pattern.Length);
    }

    [Theory]
    [InlineData("", "", true)]
    [InlineData("a|b", "b", true)]
    [InlineData("a|bc", "ac", false)]
    [InlineData("/v1/.*", "/v1/x?q=1", true)]
    [InlineData("/v1/.*", "x/v1/x", false)]
    [InlineData("/v1", "/v1/", false)]
    [InlineData("GET", "get", false)]
    [InlineData("(?i)get", "GET", true)]
    [InlineData("(?i:g)et", "GeT", false)]
    [InlineData("(?i)[a-c]+", "ABC", true)]
    [InlineData(@"\d+", "٣", false)]
    [InlineData(@"\w", "é", false)]
    [InlineData(@"\s", "\v", false)]
    [InlineData("a$", "a\n", false)]
    [InlineData("(?m)a$\nb", "a\nb", true)]
    [InlineData("a.b", "a\nb", false)]
    [InlineData("(?s)a.b", "a\nb", true)]
    [InlineData("a{,2}", "a{,2}", true)]
    [InlineData("a{", "a{", true)]
    [InlineData("a{2}", "aa", true)]
    [InlineData("a{01}", "a{01}", true)]
    [InlineData("[]a]+", "]a", true)]
    [InlineData("[^]a]", "b", true)]
    [InlineData("[a-]+", "a-", true)]
    [InlineData(@"[\d-z]+", "1-z", true)]
    [InlineData("[[:alpha:]]+", "aZ", true)]
    [InlineData("[[:^alpha:]]", "a", false)]
    [InlineData(@"\Qa.b\E+", "a.bb", true)]
    [InlineData(@"\Qa.b", "axb", false)]
    [InlineData(@"\123\x41\x{42}", "SAB", true)]
    [InlineData(@"\pL+", "ab", true)]
    [InlineData(@"\P{L}", "a", false)]
    [InlineData("(?P<n>a)(?<m>b)", "ab", true)]
    [InlineData("(?U)a+", "aaa", true)]
    [InlineData("(a|(?i)b)c", "BC", false)]
    [InlineData("^*a", "a", true)]
    [InlineData(@"\ba\b", "a", true)]
    [InlineData("(|a)b", "b", true)]
    [InlineData("a??b", "b", true)]
    [InlineData("[^\\x00-\\x{10FFFF}]", "a", false)]
    public void IsMatch_MeansWhatRe2Means(string pattern, string input, bool expected)
    {
        Assert.True(Re2Compiler.TryCompile(pattern, out var expression, out var error), error?.ToString());
        Assert.Equal(expected, expression.IsMatch(input));
    }

    [Fact]
    public void IsMatch_PatternThatExplodesWhenBacktracking_Answers()
    {
        Assert.True(Re2Compiler.TryCompile("(a*)*b", out var expression, out _));

        Assert.False(expression.IsMatch(new string('a', 100_000)));
    }

    [Fact]
    public void TryCompile_LoneSurrogate_IsRefused()
    {
        Assert.False(Re2Compiler.TryCompile("a" + (char)0xd800, out _, out var error));
        Assert.Equal(1, error.Position);
    }

    [Fact]
    public void TryCompile_TooLong_IsRefused()
    {
        Assert.False(Re2Compiler.TryCompile(new string('a', 5000), out _, out var error));
        Assert.Contains("longer", error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void TryCompile_RandomText_NeverThrows()
    {
        var random = new Random(20261121);
        const string Alphabet = "ab01.*+?{},()[]|^$\\-:<>PQEdwpLix!=&~ ";
        for (var i = 0; i < 5000; i++)
        {
            var pattern = new string([.. Enumerable.Range(0, random.Next(1, 14)).Select(_ => Alphabet[random.Next(Alphabet.Length)])]);
            var accepted = Re2Compiler.TryCompile(pattern, out var expression, out var error);
            Assert.True(accepted ? expression is not null : error is not null, pattern);
        }
    }
}
