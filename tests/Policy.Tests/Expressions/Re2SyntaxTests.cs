using Jumpgate.Policy.Expressions;

namespace Jumpgate.Policy.Tests.Expressions;

public sealed class Re2SyntaxTests
{
    [Theory]
    [InlineData(@"(a)\1", 3, "back-references")]
    [InlineData(@"\8", 0, "back-references")]
    [InlineData(@"(?P<n>a)(?P=n)", 8, "back-references")]
    [InlineData(@"(?P<n>a)\k<n>", 8, "back-references")]
    [InlineData("a(?=b)", 1, "look-around")]
    [InlineData("a(?!b)", 1, "look-around")]
    [InlineData("(?<=a)b", 0, "look-around")]
    [InlineData("(?<!a)b", 0, "look-around")]
    [InlineData("(?>a)", 0, "atomic")]
    [InlineData("(?#note)a", 0, "comments")]
    [InlineData("(?x) a", 0, "free-spacing")]
    [InlineData("(?ix)a", 0, "flags are")]
    [InlineData("(a)?(?(1)b)", 4, "conditionals")]
    [InlineData("(?'n'a)", 0, "(?P<name>...)")]
    [InlineData("a++", 2, "bad repetition operator: ++ (possessive")]
    [InlineData("a**", 2, "bad repetition operator: **")]
    [InlineData("a{2}{3}", 4, "bad repetition operator: {2}{3}")]
    [InlineData("a{2}+", 4, "possessive")]
    [InlineData("a???", 3, "bad repetition operator")]
    [InlineData("*a", 0, "no argument for repetition operator: *")]
    [InlineData("a|*", 2, "no argument")]
    [InlineData("(?i)*", 4, "no argument")]
    [InlineData("(+)", 1, "no argument")]
    [InlineData("x{1001}", 1, "invalid repetition size: {1001}")]
    [InlineData("x{1001,}", 1, "invalid repetition size")]
    [InlineData("x{2,1}", 1, "invalid repetition size: {2,1}")]
    [InlineData("(x{100}){11}", 8, "multiply")]
    [InlineData("((x{10}){10,}){11}", 14, "multiply")]
    [InlineData(@"a\Z", 1, @"write \z")]
    [InlineData(@"\Ga", 0, "last match")]
    [InlineData(@"\u0041", 0, @"\x{41}")]
    [InlineData(@"\q", 0, @"invalid escape sequence: \q")]
    [InlineData(@"\E", 0, "invalid escape sequence")]
    [InlineData(@"\é", 0, "invalid escape sequence")]
    [InlineData(@"\x4", 0, "invalid escape sequence")]
    [InlineData(@"\x{}", 0, "invalid escape sequence")]
    [InlineData(@"\x{110000}", 0, "above")]
    [InlineData(@"a\", 1, @"trailing \")]
    [InlineData(@"\C", 0, "any byte")]
    [InlineData("(a", 0, "missing )")]
    [InlineData("a(b(c)", 1, "missing )")]
    [InlineData("(?i", 0, "missing )")]
    [InlineData("a)", 1, "unexpected )")]
    [InlineData("a[b", 1, "missing ]")]
    [InlineData("[]", 0, "missing ]")]
    [InlineData("[^]", 0, "missing ]")]
    [InlineData("[a-", 0, "missing ]")]
    [InlineData("[z-a]", 1, "backwards")]
    [InlineData(@"[a-\d]", 3, @"invalid escape sequence: \d")]
    [InlineData(@"[\b]", 1, "boundary")]
    [InlineData("[[:foo:]]", 1, "[:foo:] is not a POSIX class")]
    [InlineData("[a-z-[aeiou]]", 4, "class subtraction")]
    [InlineData(@"[\w-[\d]]", 3, "class subtraction")]
    [InlineData("[A-[b]]", 2, "class subtraction")]
    [InlineData(@"\p{Greek}", 0, "scripts")]
    [InlineData(@"\pX", 0, "general categories")]
    [InlineData(@"\p{Lu", 0, "lacks its }")]
    [InlineData(@"\p", 0, "lacks a name")]
    [InlineData("(?P<n>a)(?P<n>b)", 8, "already taken")]
    [InlineData("(?<n>a)(?P<n>b)", 7, "already taken")]
    [InlineData("(?P<>a)", 0, "not a name")]
    [InlineData("(?P<a-b>a)", 0, "not a name")]
    [InlineData("(?P<n", 0, "lacks its >")]
    [InlineData("(?i-)a", 0, "invalid perl operator")]
    [InlineData("(?--i)a", 0, "invalid perl operator")]
    [InlineData("(((a{10}){10}){10}){2}", 19, "multiply")]
    [InlineData("(?:[a-c]d[e-f]ghijklmno){1000}", 24, "too large")]
    public void TryCompile_WhatRe2Refuses_NamesPlaceAndReason(string pattern, int position, string reason)
    {
        Assert.False(Re2Compiler.TryCompile(pattern, out var expression, out var error));
        Assert.Null(expression);
        Assert.Equal(position, error.Position);
        Assert.Contains(reason, error.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("|")]
    [InlineData("()")]
    [InlineData("(?)")]
    [InlineData("(|a||)")]
    [InlineData("^*")]
    [InlineData("$+")]
    [InlineData(@"\b{2}")]
    [InlineData("a{")]
    [InlineData("a{,5}")]
    [InlineData("a{01}")]
    [InlineData("a{1,2")]
    [InlineData("a{1000000000}")]
    [InlineData("x{1000}")]
    [InlineData("(x{100}){10}")]
    [InlineData("((x{500})*)+")]
    [InlineData("a(?i)*")]
    [InlineData(@"a*\Q\E*")]
    [InlineData("(?<n>x)")]
    [InlineData("(?P<n>x)(?P<m>y)")]
    [InlineData("(?imsU-imsU:a)")]
    [InlineData("(?U)a+?")]
    [InlineData(@"\p{^Lu}\PN\p{Any}")]
    [InlineData("[[:^alpha:][:word:]]")]
    [InlineData(@"[\Q]", false)]
    [InlineData("[a-]")]
    [InlineData("[-[a]]")]
    [InlineData("[+-[]")]
    [InlineData("[a&&b]")]
    [InlineData(@"\x{10FFFF}\x{D800}")]
    [InlineData("😀é")]
    public void TryCompile_WhatRe2Accepts_Compiles(string pattern, bool accepted = true)
    {
        Assert.Equal(accepted, Re2Compiler.TryCompile(pattern, out _, out var error));
        Assert.Equal(accepted, error is null);
    }

    [Fact]
    public void TryCompile_UnpairedSurrogate_NamesItsPlace()
    {
        Assert.False(Re2Compiler.TryCompile("😀\uDE00", out _, out var error));
        Assert.Equal(2, error.Position);
    }

    [Fact]
    public void TryCompile_LongerThanAllowed_Refuses()
    {
        static string Class(int length) => $"[{new string('a', length - 2)}]";

        Assert.True(Re2Compiler.TryCompile(Class(Re2Compiler.MaxPatternLength), out _, out _));
        Assert.False(Re2Compiler.TryCompile(Class(Re2Compiler.MaxPatternLength + 1), out _, out var error));
        Assert.Contains("too long", error.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a{1000}", true)]
    [InlineData("[a-z]{1,900}/[a-z]{1,900}", true)]
    [InlineData("[a-z]{1,1000}/[a-z]{1,1000}", false)]
    [InlineData("(?:abc){1000}", false)]
    public void TryCompile_LargeRepetitions_AreBounded(string pattern, bool accepted)
    {
        Assert.Equal(accepted, Re2Compiler.TryCompile(pattern, out _, out var error));
        Assert.Equal(accepted, error is null);
        Assert.True(accepted || error!.Reason.Contains("too large", StringComparison.Ordinal));
    }

    [Fact]
    public void TryCompile_DeepNesting_StopsAtTheLimit()
    {
        static string Nested(int depth) => string.Concat(Enumerable.Repeat("(a", depth)) + new string(')', depth);

        Assert.True(Re2Compiler.TryCompile(Nested(1000), out var expression, out _));
        Assert.True(expression.IsMatch(new string('a', 1000)));
        Assert.False(Re2Compiler.TryCompile(Nested(1001), out _, out var error));
        Assert.Equal(2000, error.Position);
    }

    [Fact]
    public void TryCompile_EveryPrefixAndSuffix_NeverThrows()
    {
        const string Pattern = @"^(?P<n>[^]\-[:^alpha:]\pL]{2,3}?|(?i-s:\Qa.\E\x{41}\101)+)\b[a-z]*$";
        for (var index = 0; index <= Pattern.Length; index++)
        {
            foreach (var part in new[] { Pattern[..index], Pattern[index..] })
            {
                var compiled = Re2Compiler.TryCompile(part, out _, out var error);
                Assert.True(compiled || (error!.Position >= 0 && error.Position <= part.Length), part);
            }
        }
    }
}
