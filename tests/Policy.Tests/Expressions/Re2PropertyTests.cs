using Jumpgate.Policy.Expressions;

namespace Jumpgate.Policy.Tests.Expressions;

public sealed class Re2PropertyTests
{
    private static readonly string[] _atoms =
    [
        "a", "b", "k", "/", "0", @"\.", "[a-k]", "[^a]", @"\d", @"\w", @"\W", @"\s", ".", "[[:alpha:]]",
            @"[^\w/]", @"\pL",
        "^", "$", @"\b", @"\B", @"\A", @"\z", "", "(?m:^)", "(?m:$)", "()", "(?i:k)", "(?s:.)", @"(?i:\W)",
        "(?m)", "(?i)",
    ];

    private static readonly string[] _repeats = ["*", "+", "?", "{2}", "{0,2}", "{1,3}", "{2,}", "*?", "+?", "{0}"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void IsMatch_RandomPatterns_AgreesWithTheDefinition(int seed)
    {
        const string Characters = "abkK/0_.-\n sS";
        var random = new Random(seed);
        for (var round = 0; round < 300; round++)
        {
            var pattern = Pattern(random, depth: 4);
            Assert.True(Re2Compiler.TryCompile(pattern, out var expression, out var error), $"{pattern}: {error}");
            for (var count = 0; count < 10; count++)
            {
                var input = new string(random.GetItems<char>(Characters, random.Next(7)));
                var expected = ReferenceMatcher.IsMatch(expression.Root, input);
                Assert.True(expected == expression.IsMatch(input), $"{pattern} on \"{input}\": should be {expected}");
            }
        }
    }

    private static string Pattern(Random random, int depth) => random.Next(depth == 0 ? 3 : 10) switch
    {
        < 3 => _atoms[random.Next(_atoms.Length)],
        < 6 => Pattern(random, depth - 1) + Pattern(random, depth - 1),
        < 8 => $"({Pattern(random, depth - 1)}|{Pattern(random, depth - 1)})",
        _ => $"(?:{Pattern(random, depth - 1)}){_repeats[random.Next(_repeats.Length)]}",
    };
}
