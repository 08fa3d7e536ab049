using Jumpgate.Policy.Documents;

namespace Jumpgate.Policy.Tests.Documents;

/// <summary>HTTP and Kafka on one port for selectors that could overlap: both documents are refused.</summary>
public class ProtocolConflictTests
{
    private const string Kafka = "{ port: 9092, protocol: TCP }";

    [Theory]
    [InlineData("{}", "{ port: 9092, protocol: TCP }")]
    [InlineData("{ matchLabels: { tier: x } }", "{ port: 9000, endPort: 9999, protocol: TCP }")]
    [InlineData("{ matchLabels: { app: kafka } }", "{ port: 9092, protocol: TCP }, { port: 80, protocol: TCP }")]
    public void Combine_HttpAndKafkaOnOnePort_RefusesBothNamingTheOther(string selector, string http)
    {
        var result = Combine(
            Document("k", "{ matchLabels: { app: kafka } }", Kafka, "kafka"), Document("h", selector, http, "http"));
        Assert.Empty(result.Documents);
        Assert.Equal(2, result.Diagnostics.Length);
        Assert.All(result.Diagnostics, d => Assert.Equal(
            (PolicySeverity.Error, "spec.ingress[0].toPorts[0]", 10), (d.Severity, d.Field, d.Location.Line)));
        var kafka = result.Diagnostics.Single(d => d.Policy == "k");
        Assert.Contains("has Kafka rules on a port for which h at 1.yaml:10 has HTTP rules", kafka.Message,
            StringComparison.Ordinal);
        var other = result.Diagnostics.Single(d => d.Policy == "h");
        Assert.Contains("has HTTP rules on a port for which k at 0.yaml:10 has Kafka rules", other.Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ matchLabels: { app: web } }", "{ port: 9092, protocol: TCP }", "http", "ingress")]
    [InlineData("{}", "{ port: 80, protocol: TCP }", "http", "ingress")]
    [InlineData("{}", "{ port: 9092, protocol: TCP }", "kafka", "ingress")]
    [InlineData("{}", "{ port: 9092, protocol: TCP }", "http", "egress")]
    public void Combine_OtherPortSelectorProtocolOrDirection_IsFine(
        string selector, string ports, string protocol, string section)
    {
        var result = Combine(
            Document("k", "{ matchLabels: { app: kafka } }", Kafka, "kafka"),
            Document("o", selector, ports, protocol, section));
        Assert.Equal(2, result.Documents.Length);
        Assert.False(result.HasErrors);
    }

    [Fact]
    public void Combine_BothInOneDocument_RefusesItOnce()
    {
        var yaml = Policies.WithSpec(
            $"endpointSelector: {{}}\ningress:\n- toPorts:\n  - ports: [{Kafka}]\n    rules: {{ kafka: [] }}\n"
            + $"  - ports: [{Kafka}]\n    rules: {{ http: [] }}");
        var result = PolicySet.Combine([Policies.Read(yaml)]);
        Assert.Empty(result.Documents);
        Assert.Contains(
            "this document at policy.yaml:11", Assert.Single(result.Diagnostics).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Combine_ThirdDocument_StaysInForce()
    {
        var result = Combine(
            Document("k", "{}", Kafka, "kafka"), Document("h", "{}", Kafka, "http"),
            Document("other", "{}", "{ port: 80, protocol: TCP }", "http"));
        Assert.Equal("other", Assert.Single(result.Documents).Name);
    }

    [Fact]
    public void Combine_L4RuleBesideKafka_WarnsAtTheKafkaRule()
    {
        var result = Combine(
            Document("k", "{}", Kafka, "kafka"),
            Policies.WithSpec("endpointSelector: {}\ningress:\n- fromEndpoints: [{}]", "l4"));
        var warning = Assert.Single(result.Diagnostics);
        Assert.Equal((PolicySeverity.Warning, "k"), (warning.Severity, warning.Policy));
    }

    private static string Document(
        string name, string selector, string ports, string protocol, string section = "ingress") =>
        Policies.WithSpec(
            $"endpointSelector: {selector}\n{section}:\n-\n  toPorts:\n"
            + $"  - ports:\n    - {ports.Replace("}, {", "}\n    - {", StringComparison.Ordinal)}\n    rules: {{ {protocol}: [] }}", name);

    private static PolicySetResult Combine(params string[] files) =>
        PolicySet.Combine(files.Select((yaml, i) => PolicyReader.Read($"{i}.yaml", yaml)));
}
