using Jumpgate.Policy.Expressions;

namespace Jumpgate.Policy.Tests.Expressions;

/// <summary>What RE2 answers, checked with RE2 itself.</summary>
public sealed class Re2MeaningTests
{
    [Theory]
    [InlineData("a|ab", "ab", true)] // a full match, whichever alternative comes first
    [InlineData("a", "ba", false)]
    [InlineData("a", "ab", false)]
    [InlineData("a$", "a\n", false)] // $ is the end, not the line feed before it
    [InlineData("a", "a\n", false)]
    [InlineData("a$\n", "a\n", false)]
    [InlineData("(?m)a$\n^b", "a\nb", true)]
    [InlineData("(?m)a$\r\n", "a\r\n", false)]
    [InlineData("a^b", "ab", false)]
    [InlineData(@"(?m)a\n\Ab", "a\nb", false)]
    [InlineData(@"(?m)a\z\nb", "a\nb", false)]
    [InlineData(".", "\n", false)]
    [InlineData(".", "\r", true)]
    [InlineData("(?s).", "\n", true)]
    [InlineData("(?s:.).", "\n\n", false)]
    [InlineData("(?s)(?-s:.)", "\n", false)]
    [InlineData("(a(?s)|.)", "\n", true)] // flags go on across |
    [InlineData("(a(?s)).", "a\n", false)] // and end with the group
    [InlineData("[^a]", "\n", true)]
    [InlineData("[^\\n]", "\n", false)]
    [InlineData(@"\s", "\v", false)]
    [InlineData(@"[[:space:]]", "\v", true)]
    [InlineData(@"\s", "\f", true)]
    [InlineData("(?i)GET", "get", true)]
    [InlineData("GET", "get", false)]
    [InlineData("(?i:a)b", "Ab", true)]
    [InlineData("(?i:a)b", "AB", false)]
    [InlineData(@"(?i)[^k]", "K", false)]
    [InlineData(@"(?i)\x{212A}", "k", true)] // the Kelvin sign
    [InlineData("(?i)ſ", "S", true)]
    [InlineData("(?i)[ſ-ƀ]", "s", true)]
    [InlineData("(?i)İ", "i", false)] // no Turkish
    [InlineData("(?i)ı", "I", false)]
    [InlineData(@"(?i)\p{Lu}", "a", true)]
    [InlineData(@"\p{Lu}", "a", false)]
    [InlineData(@"(?i)[[:^upper:]]", "a", false)]
    [InlineData(@"\pL+\PL", "aB1", true)]
    [InlineData(@"\p{^L}", "-", true)]
    [InlineData("[]a]+", "]a]", true)]
    [InlineData("[^]a]", "]", false)]
    [InlineData("[a-]", "-", true)]
    [InlineData("[-a]", "-", true)]
    [InlineData("[a-c-e]+", "b-e", true)]
    [InlineData("[a-c-e]", "d", false)]
    [InlineData(@"[\d-z]+", "5-z", true)]
    [InlineData(@"[\d-z]", "a", false)]
    [InlineData("[a&&b]", "&", true)]
    [InlineData("[+-[]", "A", true)]
    [InlineData("a{,5}", "a{,5}", true)]
    [InlineData("a{,5}", "aaa", false)]
    [InlineData("a{", "a{", true)]
    [InlineData("a{01}", "a{01}", true)]
    [InlineData("a{2,}", "aaaa", true)]
    [InlineData("a{2,3}?", "aaaa", false)]
    [InlineData("a{0}", "", true)]
    [InlineData("ab*", "abb", true)]
    [InlineData(@"\Qab\E*", "abb", true)]
    [InlineData(@"\Qa.b", "a.b", true)]
    [InlineData(@"\Qa.b\E", "axb", false)]
    [InlineData(@"\101\x42\x{43}\07", "ABC\a", true)]
    [InlineData(@"\12", "\n", true)]
    [InlineData(@"\_\-\/", "_-/", true)]
    [InlineData(@"a\b-\bb", "a-b", true)]
    [InlineData(@"a\Bb", "ab", true)]
    [InlineData(@"\B", "", true)]
    [InlineData(@"\b", "", false)]
    [InlineData("^*a", "a", true)]
    [InlineData("(?:^|a)+b", "aab", true)]
    [InlineData("a(?i)*", "aaa", true)]
    [InlineData("(?U)a+?", "aaa", true)]
    [InlineData("(?x", "", null)]
    [InlineData(" a # b", " a # b", true)]
    [InlineData("(a+|)+", "", true)] // the engine alone gets these wrong
    [InlineData("(?:(?:/)+|(?:/){0})+", "", true)]
    [InlineData("(?:\\pL\n){0,2}(?s:.)", "\n", true)]
    [InlineData("[^a](?:(?:\\w+|()()))+", "S", true)]
    [InlineData(@"\x{D800}", "a", false)]
    [InlineData("", "", true)]
    [InlineData("|a", "", true)]
    [InlineData("/v1/.*", "/v1/request-landing?x=1", true)]
    public void IsMatch_Re2Pattern_AnswersAsRe2(string pattern, string input, bool? matches)
    {
        if (Re2Compiler.TryCompile(pattern, out var expression, out _))
        {
            Assert.Equal(matches, expression.IsMatch(input));
        }
        else
        {
            Assert.Null(matches);
        }
    }

    [Theory]
    [InlineData(".*", "é")]
    [InlineData("é", "é")]
    [InlineData(@"\w", "é")]
    [InlineData(@"\d", "٣")]
    [InlineData("(?i)k", "\u212A")]
    [InlineData("[^a]", "😀")]
    [InlineData(".*", "a\uD800")]
    public void IsMatch_InputBeyondAscii_NeverMatches(string pattern, string input)
    {
        Assert.True(Re2Compiler.TryCompile(pattern, out var expression, out _));
        Assert.False(expression.IsMatch(input));
    }

    [Theory]
    [InlineData("(a*)*b")]
    [InlineData("(a|aa)+b")]
    [InlineData("(.*a){20}b")]
    [InlineData("(a?){200}a{200}b")]
    public void IsMatch_PatternsThatExplodeBacktrackers_Finish(string pattern)
    {
        Assert.True(Re2Compiler.TryCompile(pattern, out var expression, out _));
        var input = new string('a', 20_000);
        Assert.False(expression.IsMatch(input));
        Assert.False(expression.IsMatch(input + "c"));
        Assert.True(expression.IsMatch(new string('a', 300) + "b"));
    }
}
