using Jumpgate.Policy.Documents.Yaml;

namespace Jumpgate.Policy.Documents.Reading;

internal sealed record Metadata(string? Namespace, string? Name, bool Audit, bool KafkaPerTopic = false);

/// <summary>Reads <c>metadata</c>: what Kubernetes adds is accepted, our own annotations are strict.</summary>
internal static class MetadataReader
{
    private const string OurPrefix = "jumpgate.dev/";
    private const string AuditKey = OurPrefix + "audit";
    internal const string KafkaKey = OurPrefix + "kafka-denied-topics";
    private const string PerTopic = "per-topic";
    private const int MaxName = 253;

    public static Metadata Read(Field field, bool clusterwide)
    {
        if (field.AsMapping() is not { } mapping)
        {
            return new Metadata(null, null, false);
        }

        var name = ReadName(mapping.Require("name", "is required"));
        var namespaceField = mapping.Take("namespace");
        var ns = ReadName(namespaceField);
        if (clusterwide && namespaceField is not null)
        {
            namespaceField.Error("a CiliumClusterwideNetworkPolicy has no namespace; leave it out");
        }

        var (audit, kafkaPerTopic) = ReadAnnotations(mapping.Take("annotations"));
        mapping.Ignore(
            "labels", "uid", "creationTimestamp", "generation", "resourceVersion", "managedFields", "ownerReferences",
            "finalizers", "selfLink", "deletionTimestamp", "deletionGracePeriodSeconds", "generateName");
        mapping.Finish();
        return new Metadata(ns, name, audit, kafkaPerTopic);
    }

    private static string? ReadName(Field? field)
    {
        if (field?.AsString() is not { } text)
        {
            return null;
        }

        if (text.Length is 0 or > MaxName || !char.IsAsciiLetterOrDigit(text[0])
            || !text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
        {
            field.Error($"{FieldPath.Quote(text)} is no name: letters, digits, -, _ and ., a letter or digit first");
            return null;
        }

        return text;
    }

    private static (bool Audit, bool KafkaPerTopic) ReadAnnotations(Field? field)
    {
        var (audit, kafkaPerTopic) = (false, false);
        if (field?.AsMapping() is not { } mapping)
        {
            return (audit, kafkaPerTopic);
        }

        foreach (var (key, value) in mapping.Entries)
        {
            if (key == AuditKey)
            {
                // Kubernetes wants text here; the bare boolean cannot mean anything else.
                var text = (value.Node as YamlScalar)?.Value;
                audit = text == "true";
                if (text is not ("true" or "false"))
                {
                    value.Error("must be \"true\" or \"false\"");
                }
            }
            else if (key == KafkaKey)
            {
                kafkaPerTopic = (value.Node as YamlScalar)?.Value == PerTopic;
                if (!kafkaPerTopic)
                {
                    value.Error(
                        $"must be \"{PerTopic}\"; leave it out to deny a request as a whole for one denied topic");
                }
            }
            else if (key.StartsWith(OurPrefix, StringComparison.OrdinalIgnoreCase))
            {
                value.Error($"unknown annotation of {OurPrefix}; known: {AuditKey}, {KafkaKey}");
            }
        }

        return (audit, kafkaPerTopic);
    }
}
