using Jumpgate.Policy.Documents;

namespace Jumpgate.Policy.Tests.Documents;

public class PolicyReaderDocumentTests
{
    private const string Head = "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\n";
    private const string Spec = "spec:\n  endpointSelector: {}\n  ingress: [{}]\n";

    [Fact]
    public void Read_KubernetesMetadata_IsAccepted()
    {
        var document = Policies.Accept(Head + """
            metadata:
              name: rule1
              namespace: galaxy
              labels: { a: b }
              annotations: { other.example/key: "x" }
              uid: 5f5c
              generation: 3
              resourceVersion: "99"
              creationTimestamp: 2024-01-01T00:00:00Z
              managedFields: [{ manager: kubectl, fieldsV1: { "f:spec": {} } }]
              ownerReferences: []
              finalizers: []
            status: { anything: [1, 2] }
            """ + "\n" + Spec);
        Assert.Equal("galaxy/rule1", document.QualifiedName);
        Assert.False(document.Audit);
        Assert.False(document.Clusterwide);
        Assert.Equal(new SourceLocation(Policies.File, 1), document.Location);
    }

    [Fact]
    public void Read_Clusterwide_HasNoNamespace()
    {
        var document = Policies.Accept(
            "apiVersion: cilium.io/v2\nkind: CiliumClusterwideNetworkPolicy\nmetadata: { name: all }\n" + Spec);
        Assert.True(document.Clusterwide);
        Assert.Null(document.Namespace);
    }

    [Theory]
    [InlineData("kind: CiliumNetworkPolicy\nmetadata: { name: a }\n", 1, "apiVersion", "cilium.io/v2")]
    [InlineData("apiVersion: v1\nkind: CiliumNetworkPolicy\nmetadata: { name: a }\n", 1, "apiVersion", "\"v1\"")]
    [InlineData("apiVersion: cilium.io/v2\nmetadata: { name: a }\n", 1, "kind", "required")]
    [InlineData("apiVersion: cilium.io/v2\nkind: Service\nmetadata: { name: a }\n", 2, "kind", "\"Service\"")]
    [InlineData(Head, 1, "metadata", "required")]
    [InlineData(Head + "metadata: {}\n", 3, "metadata.name", "required")]
    [InlineData(Head + "metadata:\n  name: ../x\n", 4, "metadata.name", "no name")]
    [InlineData(Head + "metadata:\n  name: 12\n", 4, "metadata.name", "in quotes")]
    [InlineData(Head + "metadata:\n  name: a\n  nmespace: b\n", 5, "metadata.nmespace", "did you mean namespace?")]
    [InlineData(Head + "metadata: { name: a }\nspce: {}\n", 4, "spce", "did you mean spec?")]
    [InlineData(
        "apiVersion: cilium.io/v2\nkind: CiliumClusterwideNetworkPolicy\nmetadata: { name: a, namespace: b }\n",
        3, "metadata.namespace", "no namespace")]
    public void Read_BadHead_IsRefused(string head, int line, string field, string word) =>
        Policies.Refuse(head + Spec, line, field, word);

    [Theory]
    [InlineData("\"true\"", true)]
    [InlineData("\"false\"", false)]
    [InlineData("true", true)]
    public void Read_AuditAnnotation_IsRead(string value, bool expected) =>
        Assert.Equal(expected, Policies.Accept(Annotated("jumpgate.dev/audit", value)).Audit);

    [Theory]
    [InlineData("jumpgate.dev/audit", "\"yes\"", "\"true\" or \"false\"")]
    [InlineData("jumpgate.dev/audit", "\"True\"", "\"true\" or \"false\"")]
    [InlineData("jumpgate.dev/audit", "", "\"true\" or \"false\"")]
    [InlineData("jumpgate.dev/audt", "\"true\"", "unknown annotation")]
    [InlineData("jumpgate.dev/kafka-denied-topics", "per-request", "must be \"per-topic\"")]
    [InlineData("jumpgate.dev/kafka-denied-topics", "", "must be \"per-topic\"")]
    public void Read_OurAnnotationsWrong_AreRefused(string key, string value, string word) =>
        Policies.Refuse(Annotated(key, value), 6, $"metadata.annotations[\"{key}\"]", word);

    [Fact]
    public void Read_NoSpec_IsRefused() =>
        Policies.Refuse(Head + "metadata: { name: a }\n", 1, "spec", "specs");

    [Fact]
    public void Read_EmptySpecs_IsRefused() =>
        Policies.Refuse(Head + "metadata: { name: a }\nspecs: []\n", 4, "spec", "specs");

    [Fact]
    public void Read_SpecAndSpecs_BothCount()
    {
        var document = Policies.Accept(
            Head + "metadata: { name: a }\n" + Spec + "specs:\n- endpointSelector: {}\n  egress: [{}]\n");
        Assert.Equal([4, 8], document.Rules.Select(r => r.Location.Line).ToArray());
        Assert.NotNull(document.Rules[1].Egress);
    }

    [Fact]
    public void Read_SeveralDocuments_BadOneIsRefusedAlone()
    {
        var result = Policies.Read(
            "---\n# nothing\n---\n" + Policies.WithSpec("endpointSelector: {}\ningress: [{}]", "good")
            + "---\n" + Policies.WithSpec("endpointSelector: {}\ningres: [{}]", "bad")
            + "---\n---\n" + Policies.WithSpec("endpointSelector: {}\ningress: [{}]", "also-good"));
        Assert.Equal(["good", "also-good"], result.Documents.Select(d => d.Name));
        var error = Assert.Single(result.Diagnostics, d => d.Severity == PolicySeverity.Error);
        Assert.Equal("bad", error.Policy);
        Assert.Equal("spec.ingres", error.Field);
        Assert.Equal(18, error.Location.Line);
    }

    [Fact]
    public void Read_SyntaxErrorInOne_OthersStay()
    {
        var result = Policies.Read(
            Policies.WithSpec("endpointSelector: {}\ningress: [{}]", "first") + "---\nkind: [\n---\n"
            + Policies.WithSpec("endpointSelector: {}\ningress: [{}]", "last"));
        Assert.Equal(["first", "last"], result.Documents.Select(d => d.Name));
        var error = Assert.Single(result.Diagnostics);
        Assert.Contains("not YAML", error.Message, StringComparison.Ordinal);
        Assert.InRange(error.Location.Line, 8, 10);
    }

    [Fact]
    public void Read_SeveralErrors_AllAreSaid()
    {
        var result = Policies.Read("""
            apiVersion: cilium.io/v1
            kind: CiliumNetworkPolicy
            metadata: { name: many, namespace: ns }
            spec:
              endpointSelector: { matchLabel: {} }
              ingress:
              - fromEntities: [moon]
                toPorts:
                - ports: [{ port: 99999 }, { port: 80, protocol: tcp }]
            """);
        Assert.Empty(result.Documents);
        Assert.Equal(
            [
                "policy.yaml:1: error: apiVersion: \"cilium.io/v1\" is not known; only cilium.io/v2 is",
                "policy.yaml:5: error: spec.endpointSelector.matchLabel: unknown field; did you mean matchLabels?",
                "policy.yaml:7: error: spec.ingress[0].fromEntities[0]: unknown entity \"moon\"; "
                    + "use one of all, world, world-ipv4, world-ipv6, host, cluster",
                "policy.yaml:9: error: spec.ingress[0].toPorts[0].ports[0].port: \"99999\" is no port: "
                    + "a decimal number from 0 to 65535, without leading zeros",
                "policy.yaml:9: error: spec.ingress[0].toPorts[0].ports[1].protocol: \"tcp\" must be written TCP",
            ],
            result.Diagnostics.Select(d => d.ToString()));
        Assert.All(result.Diagnostics, d => Assert.Equal("ns/many", d.Policy));
    }

    [Theory]
    [InlineData("")]
    [InlineData("---\n---\n# only a comment\n...\n")]
    [InlineData("%YAML 1.2\n---\n")]
    public void Read_NothingInside_SaysNothing(string yaml)
    {
        var result = Policies.Read(yaml);
        Assert.Empty(result.Documents);
        Assert.Empty(result.Diagnostics);
    }

    private static string Annotated(string key, string value) =>
        Head + $"metadata:\n  name: a\n  annotations:\n    {key}: {value}\n" + Spec;
}
