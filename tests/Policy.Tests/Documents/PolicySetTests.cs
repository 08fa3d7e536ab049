using Jumpgate.Policy.Documents;

namespace Jumpgate.Policy.Tests.Documents;

public class PolicySetTests
{
    private const string L7 =
        "endpointSelector: { matchLabels: { class: deathstar } }\ningress:\n- fromEndpoints: [{ matchLabels: { org: empire } }]\n"
        + "  toPorts:\n  - ports: [{ port: 80, protocol: TCP }]\n    rules: { http: [{ headers: [X-Force] }] }";

    [Fact]
    public void Combine_SameNameInTwoFiles_RefusesBothNamingTheOther()
    {
        var result = PolicySet.Combine(
        [
            PolicyReader.Read("a.yaml", Policies.WithSpec("endpointSelector: {}\ningress: [{}]")),
            PolicyReader.Read("b.yaml", "\n" + Policies.WithSpec("endpointSelector: {}\negress: [{}]") + "---\n"
                + Policies.WithSpec("endpointSelector: {}\ningress: [{}]", "other")),
        ]);
        Assert.Equal("other", Assert.Single(result.Documents).Name);
        Assert.True(result.HasErrors);
        Assert.Equal(2, result.Diagnostics.Length);
        Assert.Equal((1, "a.yaml"), (result.Diagnostics[0].Location.Line, result.Diagnostics[0].Location.File));
        Assert.Contains("b.yaml:2", result.Diagnostics[0].Message, StringComparison.Ordinal);
        Assert.Contains("a.yaml:1", result.Diagnostics[1].Message, StringComparison.Ordinal);
        Assert.All(result.Diagnostics, d => Assert.Equal(("metadata.name", "rule1"), (d.Field, d.Policy)));
    }

    [Fact]
    public void Combine_SameNameInOtherNamespaceOrKind_IsAnother()
    {
        var plain = Policies.WithSpec("endpointSelector: {}\ningress: [{}]");
        var result = PolicySet.Combine(
        [
            PolicyReader.Read("a.yaml", plain),
            PolicyReader.Read(
                "b.yaml", plain.Replace("name: rule1", "name: rule1\n  namespace: x", StringComparison.Ordinal)),
            PolicyReader.Read(
                "c.yaml", plain.Replace("kind: Cilium", "kind: CiliumClusterwide", StringComparison.Ordinal)),
        ]);
        Assert.Equal(3, result.Documents.Length);
        Assert.Empty(result.Diagnostics);
    }

    [Fact]
    public void Combine_Diagnostics_AreKept()
    {
        var result = PolicySet.Combine(
            [Policies.Read("a: b"), Policies.Read(Policies.WithSpec("endpointSelector: {}\ningress: []"))]);
        Assert.Single(result.Documents);
        Assert.Contains(result.Diagnostics, d => d.Field == "a");
        Assert.Contains(result.Diagnostics, d => d.Field == "spec.ingress");
    }

    [Theory]
    [InlineData("endpointSelector: {}\ningress:\n- fromEndpoints: [{}]")]
    [InlineData(
        "endpointSelector: { matchLabels: { class: deathstar } }\ningress:\n- toPorts: [{ ports: [{ port: 80 }] }]")]
    [InlineData("endpointSelector: { matchLabels: { tier: x } }\ningress:\n- fromEntities: [cluster]")]
    [InlineData(
        "endpointSelector: {}\ningress:\n- fromEndpoints: [{}]\n  toPorts: [{ ports: [{ port: 1, endPort: 100, protocol: TCP }] }]")]
    [InlineData("endpointSelector: {}\ningress:\n- fromEntities: [all]\n  toPorts: [{ ports: [{ port: 0 }] }]")]
    public void Combine_L4RuleBesideL7_WarnsAtTheL7Rule(string l4)
    {
        var result = Combine(l4);
        Assert.Equal(2, result.Documents.Length);
        var warning = Assert.Single(result.Diagnostics);
        Assert.Equal(PolicySeverity.Warning, warning.Severity);
        Assert.Equal("spec.ingress[0].toPorts[0]", warning.Field);
        Assert.Equal(new SourceLocation("l7.yaml", 10), warning.Location);
        Assert.Equal("seven", warning.Policy);
        Assert.Contains("four at l4.yaml:", warning.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("endpointSelector: { matchLabels: { class: other } }\ningress:\n- fromEndpoints: [{}]")]
    [InlineData("endpointSelector: {}\negress:\n- toEndpoints: [{}]")]
    [InlineData("endpointSelector: {}\ningress:\n- fromEndpoints: [{ matchLabels: { org: alliance } }]")]
    [InlineData(
        "endpointSelector: {}\ningress:\n- fromEndpoints: [{ matchExpressions: [{ key: org, operator: DoesNotExist }] }]")]
    [InlineData(
        "endpointSelector: {}\ningress:\n- fromEndpoints: [{ matchExpressions: [{ key: org, operator: NotIn, values: [empire] }] }]")]
    [InlineData("endpointSelector: {}\ningress:\n- fromEntities: [world, host]")]
    [InlineData("endpointSelector: {}\ningress:\n- fromCIDR: [10.0.0.0/8]")]
    [InlineData("endpointSelector: {}\ningress:\n- toPorts: [{ ports: [{ port: 81 }] }]")]
    [InlineData("endpointSelector: {}\ningress:\n- toPorts: [{ ports: [{ port: 80, protocol: UDP }] }]")]
    [InlineData("endpointSelector: {}\ningress: [{}]")]
    [InlineData("endpointSelector: {}\ningressDeny:\n- fromEndpoints: [{}]")]
    public void Combine_L4RuleElsewhere_SaysNothing(string l4) => Assert.Empty(Combine(l4).Diagnostics);

    [Fact]
    public void Combine_L4EntryInTheSameDocument_Warns()
    {
        var result = PolicySet.Combine([Policies.Read(Policies.WithSpec(L7 + "\n- fromEndpoints: [{}]"))]);
        Assert.Contains("policy.yaml:12", Assert.Single(result.Diagnostics).Message, StringComparison.Ordinal);
    }

    private static PolicySetResult Combine(string l4) => PolicySet.Combine(
    [
        PolicyReader.Read("l7.yaml", Policies.WithSpec(L7, "seven")),
        PolicyReader.Read("l4.yaml", Policies.WithSpec(l4, "four")),
    ]);
}
