using Jumpgate.Policy.Documents;

namespace Jumpgate.Policy.Tests.Documents;

public class HttpRuleReaderTests
{
    private const string Rule = "spec.ingress[0].toPorts[0].rules.http[0]";

    [Theory]
    [InlineData("X-Has-Force: true", "X-Has-Force", "true")]
    [InlineData("X-Has-Force true", "X-Has-Force", "true")]
    [InlineData("X-Has-Force:true", "X-Has-Force", "true")]
    [InlineData("X-Has-Force", "X-Has-Force", null)]
    [InlineData("  X-Has-Force:   a b:c  ", "X-Has-Force", "a b:c")]
    public void Read_Header_IsRead(string text, string name, string? value) =>
        Assert.Equal(
            new HeaderRequirement(name, value), Assert.Single(Policies.AcceptHttp($"headers:\n- \"{text}\"").Headers));

    [Theory]
    [InlineData("", "empty entry")]
    [InlineData("  ", "empty entry")]
    [InlineData(":path /x", "pseudo-header")]
    [InlineData(": x", "pseudo-header")]
    [InlineData("X@Y: z", "no header name")]
    [InlineData("X: a\\nb", "control characters")]
    public void Read_BadHeader_IsRefused(string text, string word) =>
        Policies.Refuse(Policies.WithHttp($"headers:\n- \"{text}\""), 17, $"{Rule}.headers[0]", word);

    [Theory]
    [InlineData("X-Empty:", "presence")]
    [InlineData("X-Gap : v", "part of the value")]
    public void Read_HeaderTrap_IsWarned(string text, string word) =>
        Policies.Warn(Policies.WithHttp($"headers:\n- \"{text}\""), 17, $"{Rule}.headers[0]", word);

    [Theory]
    [InlineData("LOG", MismatchAction.Log)]
    [InlineData("ADD", MismatchAction.Add)]
    [InlineData("DELETE", MismatchAction.Delete)]
    [InlineData("REPLACE", MismatchAction.Replace)]
    public void Read_HeaderMatch_IsRead(string word, MismatchAction action)
    {
        var match = Assert.Single(Policies.AcceptHttp(
            $"headerMatches:\n- {{ name: X-Token, value: abc, mismatch: {word}, secret: {{ namespace: vault, name: token }} }}").HeaderMatches);
        Assert.Equal(("X-Token", "abc", action), (match.Name, match.Value, match.Mismatch));
        Assert.Equal(new SecretReference("vault", "token", null), match.Secret);
        Assert.Equal(17, match.Location.Line);
    }

    [Fact]
    public void Read_HeaderMatchNameOnly_IsPresence()
    {
        var match = Assert.Single(Policies.AcceptHttp("headerMatches: [{ name: X-Token }]").HeaderMatches);
        Assert.Null(match.Value);
        Assert.Null(match.Secret);
        Assert.Null(match.Mismatch);
    }

    [Fact]
    public void Read_SecretWithoutNamespace_IsOfTheDocuments()
    {
        var match = Assert.Single(
            Policies.AcceptHttp("headerMatches: [{ name: X, secret: { name: s, key: k } }]").HeaderMatches);
        Assert.Equal(new SecretReference("default", "s", "k"), match.Secret);
        var galaxy = Policies.Accept(Policies.WithHttp("headerMatches: [{ name: X, secret: { name: s } }]")
            .Replace("name: rule1", "name: rule1\n  namespace: galaxy", StringComparison.Ordinal));
        var rule = galaxy.Rules[0].Ingress!.Value[0].Ports!.Value[0].Http!.Value[0];
        Assert.Equal(new SecretReference("galaxy", "s", null), rule.HeaderMatches[0].Secret);
    }

    [Theory]
    [InlineData("value: x", "name", "required")]
    [InlineData("name: \":path\"", "name", "pseudo-header")]
    [InlineData("name: \"a b\"", "name", "no header name")]
    [InlineData("name: X, value: \"a\\rb\"", "value", "control characters")]
    [InlineData("name: X, value: x, mismatch: DROP", "mismatch", "LOG, ADD, DELETE or REPLACE")]
    [InlineData("name: X, value: x, mismatch: log", "mismatch", "\"log\"")]
    [InlineData("name: X, mismatch: ADD", "mismatch", "needs a value or a secret")]
    [InlineData("name: X, mismatch: REPLACE", "mismatch", "needs a value or a secret")]
    [InlineData("name: content-length, value: x, mismatch: REPLACE", "mismatch", "not changed here")]
    [InlineData("name: Host, mismatch: DELETE", "mismatch", "not changed here")]
    [InlineData("name: X, headerMatchType: Regex", "headerMatchType", "compared exactly")]
    [InlineData("name: X, secret: {}", "secret.name", "required")]
    [InlineData("name: X, secret: { name: \"..\" }", "secret.name", "no part of a secret")]
    [InlineData("name: X, secret: { name: a/b }", "secret.name", "no part of a secret")]
    [InlineData("name: X, secret: { name: \"\" }", "secret.name", "no part of a secret")]
    [InlineData("name: X, secret: { name: a, namespace: ../b }", "secret.namespace", "no part of a secret")]
    [InlineData("name: X, secret: { name: a, key: ..data }", "secret.key", "no part of a secret")]
    public void Read_BadHeaderMatch_IsRefused(string match, string field, string word) =>
        Policies.Refuse(
            Policies.WithHttp($"headerMatches:\n- {{ {match} }}"), 17, $"{Rule}.headerMatches[0].{field}", word);

    [Theory]
    [InlineData("method")]
    [InlineData("path")]
    [InlineData("host")]
    public void Read_EmptyExpression_IsNoConditionAndWarned(string name)
    {
        var yaml = Policies.WithHttp($"{name}: \"\"");
        Policies.Warn(yaml, 16, $"{Rule}.{name}", "no condition");
        var rule = Policies.AcceptHttp($"{name}: \"\"");
        Assert.Null(rule.Method ?? rule.Path ?? rule.Host);
    }

    [Theory]
    [InlineData("method: [GET]", "method", "must be text, is a list")]
    [InlineData("path: 12", "path", "in quotes")]
    [InlineData("methods: GET", "methods", "did you mean method?")]
    public void Read_BadRule_IsRefused(string rule, string field, string word) =>
        Policies.Refuse(Policies.WithHttp(rule), 16, $"{Rule}.{field}", word);

    [Fact]
    public void Read_DeathstarL7_HasItsExpressions()
    {
        var rule = Assert.Single(
            Policies.Accept(Samples.DeathstarL7).Rules[0].Ingress!.Value[0].Ports!.Value[0].Http!.Value);
        Assert.Equal("POST", rule.Method!.Pattern);
        Assert.True(rule.Path!.IsMatch("/v1/request-landing"));
        Assert.False(rule.Path.IsMatch("/v1/request-landing/more"));
        Assert.Null(rule.Host);
        Assert.Equal(21, rule.Location.Line);
    }

    [Fact]
    public void Read_DeathstarHeader_HasBothRules()
    {
        var rules = Policies.Accept(Samples.DeathstarHeader).Rules[0].Ingress!.Value[0].Ports!.Value[0].Http!.Value;
        Assert.Equal(2, rules.Length);
        Assert.Equal(new HeaderRequirement("X-Has-Force", "true"), Assert.Single(rules[1].Headers));
        Assert.Equal("/v1/exhaust-port$", rules[1].Path!.Pattern);
    }

    [Theory]
    [InlineData("method")]
    [InlineData("path")]
    [InlineData("host")]
    public void Read_ExpressionRe2Refuses_IsRefusedWithPosition(string name) =>
        Policies.Refuse(
            Policies.WithHttp($"{name}: 'a(?=b)'"), 16, $"{Rule}.{name}", "regular expression", "at position");

    [Fact]
    public void Read_UnescapedDotInHost_IsWarned() =>
        Policies.Warn(Policies.WithHttp("host: api.example.com"), 16, $"{Rule}.host", "unescaped dot");

    [Fact]
    public void Read_EscapedDotInHost_SaysNothing() =>
        Assert.Empty(Policies.Read(Policies.WithHttp("host: '.*\\.example[.]com'")).Diagnostics);
}
