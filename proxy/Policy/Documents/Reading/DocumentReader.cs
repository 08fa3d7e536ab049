using System.Collections.Immutable;
using Jumpgate.Policy.Documents.Yaml;

namespace Jumpgate.Policy.Documents.Reading;

/// <summary>Reads one document. Every error in it is said; with one, there is no document.</summary>
internal static class DocumentReader
{
    private const string Namespaced = "CiliumNetworkPolicy";
    private const string Clusterwide = "CiliumClusterwideNetworkPolicy";
    private const string ApiVersion = "cilium.io/v2";
    private const string DefaultNamespace = "default";

    public static PolicyDocument? Read(YamlNode root, DiagnosticSink sink)
    {
        var field = new Field(root, "", root.Line, sink);
        if (field.AsMapping() is not { } mapping)
        {
            return null;
        }

        var apiVersionField = mapping.Require("apiVersion", $"is required: {ApiVersion}");
        if (apiVersionField?.AsString() is { } apiVersion && apiVersion != ApiVersion)
        {
            apiVersionField.Error($"{FieldPath.Quote(apiVersion)} is not known; only {ApiVersion} is");
        }

        var kindField = mapping.Require("kind", $"is required: {Namespaced} or {Clusterwide}");
        var kind = kindField?.AsString();
        if (kind is not (null or Namespaced or Clusterwide))
        {
            kindField!.Error($"{FieldPath.Quote(kind)} is not known; only {Namespaced} and {Clusterwide} are");
        }

        var metadataField = mapping.Require("metadata", "is required, with a name");
        var metadata = metadataField is null
            ? new Metadata(null, null, false)
            : MetadataReader.Read(metadataField, kind == Clusterwide);
        sink.Policy = metadata switch
        {
            { Name: null } => null,
            { Namespace: null } => metadata.Name,
            _ => $"{metadata.Namespace}/{metadata.Name}",
        };

        if (kind is not (null or Namespaced or Clusterwide))
        {
            // Something else altogether: its fields are not ours to judge.
            return null;
        }

        var specField = mapping.Take("spec");
        var rules = ReadRules(mapping, specField, metadata.Namespace ?? DefaultNamespace);
        mapping.Ignore("status");
        mapping.Finish();
        if (sink.HasErrors || metadata.Name is null)
        {
            return null;
        }

        if (metadata.KafkaPerTopic && !rules.Any(HasKafka))
        {
            metadataField!.Warn(
                $"the annotation {MetadataReader.KafkaKey} changes nothing: the document has no Kafka rules");
        }

        return new PolicyDocument
        {
            Location = sink.At(root.Line),
            Clusterwide = kind == Clusterwide,
            Namespace = metadata.Namespace,
            Name = metadata.Name,
            Description = Description(specField),
            Audit = metadata.Audit,
            KafkaPerTopic = metadata.KafkaPerTopic,
            Rules = rules,
        };
    }

    private static ImmutableArray<PolicyRule> ReadRules(MappingReader root, Field? spec, string secretNamespace)
    {
        var rules = ImmutableArray.CreateBuilder<PolicyRule>();
        var specsField = root.Take("specs");
        var fields = new List<Field>();
        if (spec is not null)
        {
            fields.Add(spec);
        }

        var specs = specsField?.AsList();
        fields.AddRange(specs ?? []);
        if (fields.Count == 0 && (specsField is null || specs is not null))
        {
            root.Field.Sink.Error(
                specsField?.Line
                ?? root.Field.Line, "spec", "is required: a policy has a spec, or specs that are not empty");
        }

        foreach (var field in fields)
        {
            if (SpecReader.Read(field, secretNamespace) is { } rule)
            {
                rules.Add(rule);
            }
        }

        return rules.DrainToImmutable();
    }

    private static bool HasKafka(PolicyRule rule) =>
        (rule.Ingress ?? []).Concat(rule.Egress ?? []).Any(entry => entry.Ports?.Any(p => p.Kafka is not null) == true);

    private static string? Description(Field? spec) =>
        (spec?.Node as YamlMapping)?.Entries.FirstOrDefault(e => e.Key == "description")?.Value is YamlScalar text
        && text.Kind != YamlScalarKind.Null ? text.Value : null;
}
