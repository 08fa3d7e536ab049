using Jumpgate.Policy.Documents;

namespace Jumpgate.Policy.Tests.Documents;

public class PolicyReaderYamlTests
{
    [Theory]
    [InlineData("endpointSelector: {}\ndescription: &a text\ningress: [{}]", 7, "spec.description", "anchors")]
    [InlineData("endpointSelector: {}\ndescription: *a\ningress: [{}]", 7, "spec.description", "aliases")]
    [InlineData("endpointSelector: {}\ndescription: !x text\ningress: [{}]", 7, "spec.description", "tags")]
    [InlineData("endpointSelector: {}\n<<: {}\ningress: [{}]", 7, "spec[\"<<\"]", "merge keys")]
    [InlineData(
        "endpointSelector: {}\ningress: [{}]\nendpointSelector: {}", 8, "spec.endpointSelector", "first in line 6")]
    [InlineData("endpointSelector: {}\ningress: [{}]\n[a]: b", 8, "spec", "key must be plain text")]
    public void Read_RefusedYaml_NamesThePlace(string spec, int line, string field, string word) =>
        Policies.Refuse(Policies.WithSpec(spec), line, field, word);

    [Fact]
    public void Read_DeepNesting_IsRefused()
    {
        var deep = new string('[', 100_000);
        var result = Policies.Read("a: " + deep);
        Assert.Empty(result.Documents);
        Assert.NotEmpty(result.Diagnostics);
    }

    [Fact]
    public void Read_ClosedDeepNesting_SaysDepth()
    {
        var result = Policies.Read("a: " + new string('[', 200) + new string(']', 200));
        Assert.Contains(result.Diagnostics, d => d.Message.Contains("deeper than 64", StringComparison.Ordinal));
    }

    [Fact]
    public void Read_AliasBomb_IsRefused()
    {
        var result = Policies.Read("""
            a: &a [x, x, x, x, x, x, x, x, x]
            b: &b [*a, *a, *a, *a, *a, *a, *a, *a]
            c: &c [*b, *b, *b, *b, *b, *b, *b, *b]
            d: [*c, *c, *c, *c, *c, *c, *c, *c]
            """);
        Assert.Empty(result.Documents);
        Assert.Contains(result.Diagnostics, d => d is { Field: "a" }
            && d.Message.Contains("anchors", StringComparison.Ordinal));
        Assert.Contains(result.Diagnostics, d => d is { Field: "b[0]" }
            && d.Message.Contains("aliases", StringComparison.Ordinal));
    }

    [Fact]
    public void Read_HugeFile_IsRefused()
    {
        var result = Policies.Read(new string('#', PolicyLimits.MaxFileBytes + 1));
        var error = Assert.Single(result.Diagnostics);
        Assert.Equal("policy.yaml: error: the file is larger than 4 MiB; split it", error.ToString());
    }

    [Theory]
    [InlineData('\0')]
    [InlineData('\u0085')]
    [InlineData('\u2028')]
    public void Read_ControlCharacter_RefusesTheFile(char c)
    {
        var result = Policies.Read(Policies.WithSpec($"endpointSelector: {{}}\n# x{c}y\ningress: [{{}}]"));
        Assert.Empty(result.Documents);
        var error = Assert.Single(result.Diagnostics);
        Assert.Equal(7, error.Location.Line);
        Assert.Contains("control character", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_WindowsLinesAndMark_AreAccepted()
    {
        var yaml = '\ufeff' + Policies.WithSpec("endpointSelector: {}\ningress: [{}]")
            .Replace("\n", "\r\n", StringComparison.Ordinal);
        Policies.Accept(yaml);
    }

    [Fact]
    public void Read_MarkerInsideBlockScalar_IsNotMistaken()
    {
        var document = Policies.Accept(
            Policies.WithSpec("endpointSelector: {}\ndescription: |\n  text\n  --- more\ningress: [{}]"));
        Assert.Equal("text\n--- more\n", document.Description);
    }

    [Fact]
    public void Read_VeryManyErrors_AreBounded()
    {
        var labels = string.Join('\n', Enumerable.Range(0, 3000).Select(i => $"x{i}: 1"));
        var result = Policies.Read(Policies.WithSpec("endpointSelector: {}\n" + labels));
        Assert.Equal(PolicyLimits.MaxDiagnosticsPerDocument + 1, result.Diagnostics.Length);
        Assert.Contains("more of these", result.Diagnostics[^1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_RandomMutations_NeverThrow()
    {
        const string pieces = "{}[]:-,#&*!|>'\"%@`\n \t\\~0aé\r";
        var seed = Samples.RuleWithEverythingButExpressions;
        var random = new Random(20240607);
        for (var round = 0; round < 4000; round++)
        {
            var text = seed.ToCharArray().ToList();
            for (var edits = random.Next(1, 6); edits > 0; edits--)
            {
                var at = random.Next(text.Count);
                switch (random.Next(4))
                {
                    case 0:
                        text.RemoveAt(at);
                        break;
                    case 1:
                        text.Insert(at, pieces[random.Next(pieces.Length)]);
                        break;
                    case 2:
                        text[at] = pieces[random.Next(pieces.Length)];
                        break;
                    default:
                        text.RemoveRange(at, Math.Min(random.Next(40), text.Count - at));
                        break;
                }

                if (text.Count == 0)
                {
                    break;
                }
            }

            var yaml = new string([.. text]);
            var result = Policies.Read(yaml);
            var said = result.Diagnostics.Any(d => d.Severity == PolicySeverity.Error);
            Assert.True(said || !result.Documents.IsEmpty || string.IsNullOrWhiteSpace(yaml)
                || yaml.Contains('#', StringComparison.Ordinal), yaml);
        }
    }

    [Fact]
    public void Read_EveryPrefix_NeverThrows()
    {
        var seed = Samples.RuleWithEverythingButExpressions;
        for (var length = 0; length < seed.Length; length++)
        {
            Assert.NotNull(Policies.Read(seed[..length]));
        }
    }
}
