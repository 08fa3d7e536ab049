using Jumpgate.Policy.Documents;
using Jumpgate.Policy.Labels;

namespace Jumpgate.Policy.Tests.Documents;

public class SpecReaderTests
{
    [Fact]
    public void Read_DeathstarL4_IsTheRule()
    {
        var document = Policies.Accept(Samples.DeathstarL4);
        Assert.Equal("rule1", document.QualifiedName);
        Assert.Equal("L3-L4 policy to restrict deathstar access to empire ships only", document.Description);
        var rule = Assert.Single(document.Rules);
        Assert.Equal(5, rule.Location.Line);
        Assert.Equal(
            [("org", "empire"), ("class", "deathstar")],
            rule.EndpointSelector.Requirements.Select(r => (r.Key, r.Values.Single())));
        var entry = Assert.Single(rule.Ingress!.Value);
        Assert.Equal(12, entry.Location.Line);
        var peers = Assert.IsType<EndpointPeers>(entry.Peers);
        Assert.Equal("org", Assert.Single(Assert.Single(peers.Selectors).Requirements).Key);
        var ports = Assert.Single(entry.Ports!.Value);
        Assert.Equal(16, ports.Location.Line);
        Assert.Equal(new PortSpec(80, 80, null, L4Protocol.Tcp), Assert.Single(ports.Ports));
        Assert.Null(ports.Http);
        Assert.Null(rule.Egress);
        Assert.Null(rule.DefaultDenyIngress);
    }

    [Fact]
    public void Read_AllSections_AreThere()
    {
        var rule = Assert.Single(Policies.Accept(Samples.RuleWithEverythingButExpressions).Rules);
        Assert.True(rule.DefaultDenyIngress);
        Assert.False(rule.DefaultDenyEgress);
        Assert.Single(rule.Ingress!.Value);
        Assert.Equal(2, rule.Egress!.Value.Length);
        Assert.Single(rule.IngressDeny!.Value);
        Assert.Single(rule.EgressDeny!.Value);
    }

    [Fact]
    public void Read_EmptyEntry_HasNeitherPeersNorPorts()
    {
        var entry = Assert.Single(
            Policies.Accept(Policies.WithSpec("endpointSelector: {}\ningress: [{}]")).Rules[0].Ingress!.Value);
        Assert.Null(entry.Peers);
        Assert.Null(entry.Ports);
    }

    [Theory]
    [InlineData("ingress: [{}]", 5, "spec.endpointSelector", "required")]
    [InlineData("endpointSelector:\ningress: [{}]", 5, "spec.endpointSelector", "required")]
    [InlineData("endpointSelector: []\ningress: [{}]", 6, "spec.endpointSelector", "must be a mapping, is a list")]
    [InlineData("nodeSelector: {}\ningress: [{}]", 6, "spec.nodeSelector", "not nodes")]
    [InlineData("endpointSelector: {}\ningress: {}", 7, "spec.ingress", "must be a list, is a mapping")]
    [InlineData("endpointSelector: {}\ningress:\n- null", 8, "spec.ingress[0]", "must be a mapping, is null")]
    [InlineData(
        "endpointSelector: {}\ningress: [{}]\ningressDenied: []", 8, "spec.ingressDenied", "did you mean ingressDeny?")]
    [InlineData("endpointSelector: {}\nenableDefaultDeny: { ingress: \"true\" }", 7, "spec.enableDefaultDeny.ingress",
        "true or false")]
    [InlineData("endpointSelector: {}\nenableDefaultDeny: { ingress: yes }", 7, "spec.enableDefaultDeny.ingress",
        "true or false")]
    [InlineData(
        "endpointSelector: {}\nenableDefaultDeny: { both: true }", 7, "spec.enableDefaultDeny.both", "unknown field")]
    public void Read_BadSpec_IsRefused(string spec, int line, string field, string word) =>
        Policies.Refuse(Policies.WithSpec(spec), line, field, word);

    [Theory]
    [InlineData("endpointSelector: {}\ningress: []", 7, "spec.ingress", "does not apply at all")]
    [InlineData("endpointSelector: {}\negressDeny: []", 7, "spec.egressDeny", "denies nothing")]
    [InlineData("endpointSelector: {}", 5, "spec", "does nothing")]
    [InlineData("endpointSelector: {}\ningress: null", 5, "spec", "does nothing")]
    [InlineData("endpointSelector: {}\nenableDefaultDeny: { ingress: false }", 5, "spec", "does nothing")]
    public void Read_Trap_IsWarnedAbout(string spec, int line, string field, string word) =>
        Policies.Warn(Policies.WithSpec(spec), line, field, word);

    [Fact]
    public void Read_NullSection_IsAbsent() =>
        Assert.Null(
            Policies.Accept(Policies.WithSpec("endpointSelector: {}\ningress: null\negress: [{}]")).Rules[0].Ingress);

    [Theory]
    [InlineData("org", null, "org")]
    [InlineData("any:org", null, "org")]
    [InlineData("k8s:org", "k8s", "org")]
    [InlineData("container:org", "container", "org")]
    [InlineData("reserved:host", "reserved", "host")]
    [InlineData("k8s.org", null, "k8s.org")]
    [InlineData("k8s:io.kubernetes.pod.namespace", "k8s", "io.kubernetes.pod.namespace")]
    [InlineData("app.kubernetes.io/name", null, "app.kubernetes.io/name")]
    public void Read_LabelKey_HasItsSource(string text, string? source, string key)
    {
        var rule = Policies.Accept(
            Policies.WithSpec($"endpointSelector: {{ matchLabels: {{ \"{text}\": x }} }}\ningress: [{{}}]")).Rules[0];
        var requirement = Assert.Single(rule.EndpointSelector.Requirements);
        Assert.Equal((source, key, LabelOperator.In), (requirement.Source, requirement.Key, requirement.Operator));
        Assert.Equal("x", Assert.Single(requirement.Values));
    }

    [Theory]
    [InlineData("In", "[a, b]", LabelOperator.In, 2)]
    [InlineData("NotIn", "[a]", LabelOperator.NotIn, 1)]
    [InlineData("Exists", "[]", LabelOperator.Exists, 0)]
    [InlineData("DoesNotExist", "null", LabelOperator.DoesNotExist, 0)]
    public void Read_Expression_IsRead(string op, string values, LabelOperator expected, int count)
    {
        var requirement = Assert.Single(Policies.Accept(Selecting($"key: \"k8s:a\"\noperator: {op}\nvalues: {values}"))
            .Rules[0].EndpointSelector.Requirements);
        Assert.Equal(("k8s", "a", expected, count),
            (requirement.Source, requirement.Key, requirement.Operator, requirement.Values.Length));
    }

    [Theory]
    [InlineData("key: a\noperator: In", 8, "values", "In needs at least one value")]
    [InlineData("key: a\noperator: NotIn\nvalues: []", 10, "values", "NotIn needs at least one value")]
    [InlineData("key: a\noperator: Exists\nvalues: [x]", 10, "values", "takes no values")]
    [InlineData("key: a\noperator: DoesNotExist\nvalues: [x]", 10, "values", "takes no values")]
    [InlineData("key: a\noperator: Equals\nvalues: [x]", 9, "operator", "\"Equals\"")]
    [InlineData("key: a", 8, "operator", "required")]
    [InlineData("operator: Exists", 8, "key", "required")]
    [InlineData("key: a\noperator: In\nvalues: [1]", 10, "values[0]", "in quotes")]
    [InlineData("key: \"cidr:10.0.0.0/8\"\noperator: Exists", 8, "key", "CIDR rules")]
    [InlineData("key: \":a\"\noperator: Exists", 8, "key", "label source")]
    [InlineData("key: \"k8s:\"\noperator: Exists", 8, "key", "no label key")]
    [InlineData("key: \"k8s:jumpgate.dev/lanes\"\noperator: DoesNotExist", 8, "key", "not who a workload is")]
    public void Read_BadExpression_IsRefused(string expression, int line, string field, string word) =>
        Policies.Refuse(Selecting(expression), line, $"spec.endpointSelector.matchExpressions[0].{field}", word);

    [Theory]
    [InlineData("7", "number")]
    [InlineData("on", "boolean")]
    [InlineData("null", "null")]
    public void Read_LabelValueNotText_IsRefused(string value, string word) =>
        Policies.Refuse(
            Policies.WithSpec($"endpointSelector:\n  matchLabels:\n    org: {value}\ningress: [{{}}]"),
            8, "spec.endpointSelector.matchLabels.org", word);

    private static string Selecting(string expression) =>
        Policies.WithSpec(
            $"endpointSelector:\n  matchExpressions:\n  - {Policies.Indent(expression, 4).TrimStart()}\ningress: [{{}}]");
}
