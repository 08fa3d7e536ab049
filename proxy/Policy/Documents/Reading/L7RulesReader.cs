using System.Collections.Immutable;

namespace Jumpgate.Policy.Documents.Reading;

/// <summary>Reads <c>rules</c> of an element of <c>toPorts</c>.</summary>
internal static class L7RulesReader
{
    public static (ImmutableArray<HttpRule>? Http, ImmutableArray<KafkaRule>? Kafka) Read(
        Field field, bool deny, string secretNamespace)
    {
        if (field.AsMapping() is not { } mapping)
        {
            return default;
        }

        if (deny)
        {
            if (mapping.Entries.Any(e => !e.Value.IsNull))
            {
                field.Error("L7 rules are not allowed in deny sections, which decide by peer and port only");
            }

            return default;
        }

        var httpField = Take(mapping, "http", "HTTP");
        ImmutableArray<HttpRule>? http = httpField?.AsList() is { } requests
            ? [.. requests.Select(item => HttpRuleReader.Read(item, secretNamespace)).OfType<HttpRule>()]
            : null;
        var kafkaField = Take(mapping, "kafka", "Kafka");
        var kafka = kafkaField?.AsList() is { } rules ? ReadKafka(rules) : (ImmutableArray<KafkaRule>?)null;
        if (httpField is not null && kafkaField is not null)
        {
            kafkaField.Error(
                "cannot stand beside http: a port speaks one of them; write two elements of toPorts, each with its ports");
        }

        mapping.Finish(RefusedFields.L7);
        return (http, kafka);
    }

    private static ImmutableArray<KafkaRule> ReadKafka(IReadOnlyList<Field> items)
    {
        var rules = new List<(KafkaRule Rule, Field Field)>();
        foreach (var item in items)
        {
            if (KafkaRuleReader.Read(item) is { } rule)
            {
                rules.Add((rule, item));
            }
        }

        // A rule with an error would seem to have fewer conditions than it has.
        if (rules.Count > 0 && !rules[0].Field.Sink.HasErrors)
        {
            KafkaTraps.FindShadowed(rules);
        }

        return [.. rules.Select(r => r.Rule)];
    }

    private static Field? Take(MappingReader mapping, string name, string protocol)
    {
        if (mapping.TakeEvenNull(name) is not { } field)
        {
            return null;
        }

        if (field.IsNull)
        {
            field.Warn($"is null, which counts as left out: the ports are open without {protocol} rules");
            return null;
        }

        return field;
    }
}
