using Jumpgate.Policy.Documents;

namespace Jumpgate.Policy.Tests.Documents;

/// <summary>Documents to try, and what was said about them.</summary>
internal static class Policies
{
    public const string File = "policy.yaml";

    /// <summary>Lines before what is given as a spec.</summary>
    public const int SpecStartsAt = 5;

    /// <summary>Lines before what is given as an entry of a section.</summary>
    public const int EntryStartsAt = 8;

    public static PolicyFileResult Read(string yaml) => PolicyReader.Read(File, yaml);

    /// <summary>A document whose spec is given, unindented; its first line is line 6 of the file.</summary>
    public static string WithSpec(string spec, string name = "rule1") =>
        $"apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata:\n  name: {name}\nspec:\n{Indent(spec, 2)}\n";

    /// <summary>A document with one entry in one section, unindented; its first line is line 9 of the file.</summary>
    public static string WithEntry(string entry, string section = "ingress", string name = "rule1") =>
        WithSpec($"endpointSelector: {{}}\n{section}:\n-\n{Indent(entry, 2)}", name);

    /// <summary>One HTTP rule on port 80; its first line is line 15.</summary>
    public static string WithHttp(string rule) =>
        WithEntry($"toPorts:\n- ports:\n  - port: \"80\"\n    protocol: TCP\n  rules:\n    http:\n    -\n{Indent(rule, 6)}");

    /// <summary>One Kafka rule on port 9092; its first line is line 16.</summary>
    public static string WithKafka(string rule) =>
        WithEntry($"toPorts:\n- ports:\n  - port: \"9092\"\n    protocol: TCP\n  rules:\n    kafka:\n    -\n{Indent(rule, 6)}");

    public static KafkaRule AcceptKafka(string rule)
    {
        var entry = Assert.Single(Assert.Single(Accept(WithKafka(rule)).Rules).Ingress!.Value);
        return Assert.Single(Assert.Single(entry.Ports!.Value).Kafka!.Value);
    }

    public static PolicyDocument Accept(string yaml)
    {
        var result = Read(yaml);
        Assert.DoesNotContain(result.Diagnostics, d => d.Severity == PolicySeverity.Error);
        return Assert.Single(result.Documents);
    }

    public static RuleEntry AcceptEntry(string entry, string section = "ingress")
    {
        var rule = Assert.Single(Accept(WithEntry(entry, section)).Rules);
        var entries = section switch
        {
            "ingress" => rule.Ingress,
            "egress" => rule.Egress,
            "ingressDeny" => rule.IngressDeny,
            _ => rule.EgressDeny,
        };
        return Assert.Single(entries!.Value);
    }

    public static HttpRule AcceptHttp(string rule)
    {
        var entry = Assert.Single(Assert.Single(Accept(WithHttp(rule)).Rules).Ingress!.Value);
        return Assert.Single(Assert.Single(entry.Ports!.Value).Http!.Value);
    }

    /// <summary>The only error; the document is not in force.</summary>
    public static PolicyDiagnostic Refuse(string yaml, int line, string field, params string[] words)
    {
        var result = Read(yaml);
        Assert.Empty(result.Documents);
        var error = Assert.Single(result.Diagnostics, d => d.Severity == PolicySeverity.Error);
        Check(error, line, field, words);
        return error;
    }

    /// <summary>The only warning; the document is in force.</summary>
    public static PolicyDiagnostic Warn(string yaml, int line, string field, params string[] words)
    {
        var result = Read(yaml);
        Assert.Single(result.Documents);
        var warning = Assert.Single(result.Diagnostics);
        Assert.Equal(PolicySeverity.Warning, warning.Severity);
        Check(warning, line, field, words);
        return warning;
    }

    public static string Indent(string text, int by) =>
        string.Join('\n', text.TrimEnd('\n').Split('\n').Select(l => new string(' ', by) + l));

    private static void Check(PolicyDiagnostic diagnostic, int line, string field, string[] words)
    {
        Assert.Equal(field, diagnostic.Field);
        Assert.Equal(new SourceLocation(File, line), diagnostic.Location);
        foreach (var word in words)
        {
            Assert.Contains(word, diagnostic.Message, StringComparison.Ordinal);
        }
    }
}
