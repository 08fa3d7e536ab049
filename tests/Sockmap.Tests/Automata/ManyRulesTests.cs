using System.Globalization;
using System.Text;
using Jumpgate.Agent.Lanes;
using Jumpgate.Sockmap.Automata;
using Xunit.Abstractions;

namespace Jumpgate.Sockmap.Tests.Automata;

/// <summary>Large rule sets are in the kernel too, as far as there is room.</summary>
public sealed class ManyRulesTests(ITestOutputHelper output)
{
    private const int Roomy = 6 * 1024 * 1024;

    [Fact]
    public void Compile_TenThousandRules_AreAllDecided()
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var compiled = AutomatonCompiler.Compile(Rules(10_000), Roomy);
        output.WriteLine($"{compiled.Table?.Length} bytes, {watch.ElapsedMilliseconds} ms");

        Assert.Null(compiled.Reason);
        for (var rule = 0; rule < 10_000; rule += 37)
        {
            var verdict = AutomatonWalker.Walk(compiled.Table!, Request($"/v1/service-{rule}/items?page=2"));
            Assert.True(verdict.IsAllowed);
            Assert.Equal((uint)rule, verdict.IngressRule);
        }

        Assert.False(AutomatonWalker.Walk(compiled.Table!, Request("/v1/service-10000/items")).IsAllowed);
    }

    [Fact]
    public void Compile_MoreThanFits_LeavesTheRestToTheProxy()
    {
        var whole = AutomatonCompiler.Compile(Rules(2_000), Roomy);
        var cut = AutomatonCompiler.Compile(Rules(2_000), 200_000);

        Assert.NotNull(cut.Reason);
        Assert.InRange(cut.Table!.Length, 1, 250_000);
        var decided = 0;
        for (var rule = 0; rule < 2_000; rule++)
        {
            var request = Request($"/v1/service-{rule}/items");
            Assert.True(AutomatonWalker.Walk(whole.Table!, request).IsAllowed);
            var verdict = AutomatonWalker.Walk(cut.Table!, request);
            decided += verdict.IsAllowed ? 1 : 0;
            Assert.True(!verdict.IsAllowed || verdict.IngressRule == rule);
        }

        Assert.InRange(decided, 1, 1_999);
        Assert.False(AutomatonWalker.Walk(cut.Table!, Request("/v2")).IsAllowed);
    }

    private static HeadRules Rules(int count) => new(null, [.. Enumerable.Range(0, count).Select(Rule)]);

    private static HeadRule Rule(int number) => new()
    {
        Method = Language.Literal("GET"),
        Path = new Language.Sequence([
            Language.Literal(string.Create(CultureInfo.InvariantCulture, $"/v1/service-{number}/")),
            new Language.Repeat(new Language.Bytes(ByteSet.Range(0, 255)), 0, null)]),
    };

    private static byte[] Request(string path) => Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n");
}
