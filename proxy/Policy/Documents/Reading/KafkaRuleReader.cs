using System.Globalization;
using System.Text;
using Jumpgate.Policy.Documents.Yaml;
using Jumpgate.Policy.Kafka;

namespace Jumpgate.Policy.Documents.Reading;

/// <summary>Reads an element of <c>rules.kafka</c>.</summary>
internal static class KafkaRuleReader
{
    public static KafkaRule? Read(Field field)
    {
        if (field.AsMapping() is not { } mapping)
        {
            return null;
        }

        var roleField = mapping.Take("role");
        var apiField = mapping.Take("apiKey");
        var rule = new KafkaRule
        {
            Location = field.Location,
            Role = ReadRole(roleField),
            Api = ReadApi(apiField),
            Version = ReadVersion(mapping.Take("apiVersion")),
            ClientId = ReadClientId(mapping.Take("clientID")),
            Topic = ReadTopic(mapping.Take("topic")),
            Group = ReadName(mapping.Take("group")),
            TransactionalId = ReadName(mapping.Take("transactionalID")),
        };
        mapping.Finish();
        if (rule.Role != KafkaRole.None && rule.Api is not null)
        {
            apiField!.Error(
                "cannot stand beside role, which is a list of APIs itself; keep one of them, or write two rules");
        }

        KafkaTraps.Find(rule, field);
        return rule;
    }

    private static KafkaRole ReadRole(Field? field)
    {
        if (ReadText(field) is not { } text)
        {
            return KafkaRole.None;
        }

        var role = text.ToUpperInvariant() switch
        {
            "PRODUCE" => KafkaRole.Produce,
            "CONSUME" => KafkaRole.Consume,
            _ => KafkaRole.None,
        };
        if (role == KafkaRole.None)
        {
            field!.Error(KafkaApis.TryParse(text, out var api)
                ? $"{FieldPath.Quote(text)} is no role but an API; write apiKey: {KafkaApis.NameOf(api)}"
                : $"{FieldPath.Quote(text)} is no role; use produce or consume");
        }

        return role;
    }

    private static KafkaApi? ReadApi(Field? field)
    {
        if (ReadText(field) is not { } text)
        {
            return null;
        }

        if (KafkaApis.TryParse(text, out var api))
        {
            return api;
        }

        var suggestion = Spelling.Nearest(text, KafkaApis.AllNames);
        field!.Error(
            $"{FieldPath.Quote(text)} is no API of Kafka; " + (text.ToUpperInvariant() is "CONSUME" or "CONSUMER"
            or "PRODUCER"
            ? $"write role: {(text[0] is 'p' or 'P' ? "produce" : "consume")}"
            : suggestion is null ? "use a name of the protocol guide's list of API keys, such as Fetch"
            : $"did you mean {suggestion}?"));
        return null;
    }

    private static short? ReadVersion(Field? field)
    {
        if (ReadText(field) is not { } text)
        {
            return null;
        }

        if (text.All(char.IsAsciiDigit) && (text.Length == 1 || text[0] != '0')
            && short.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version))
        {
            return version;
        }

        field!.Error(
            $"{FieldPath.Quote(text)} is no version: one decimal number from 0 to {short.MaxValue}, without leading zeros");
        return null;
    }

    private static string? ReadClientId(Field? field)
    {
        if (ReadText(field) is not { } text)
        {
            return null;
        }

        if (text.Contains('*'))
        {
            field!.Warn("client ids are compared exactly: the * is a character of it here");
        }

        return text;
    }

    private static KafkaName? ReadTopic(Field? field)
    {
        if (ReadText(field) is not { } text)
        {
            return null;
        }

        var name = KafkaName.Parse(text);
        var bad = name.Text.FirstOrDefault(c => !char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-'));
        var problem = bad == '*'
            ? "a * can only be the last character, and then stands for any rest; write one rule for each prefix"
            : bad != default
                ? "topics have letters, digits, '.', '_' and '-' only, and a * at the end stands for any rest; "
                + "regular expressions are not known here"
            : name.Text.Length > PolicyLimits.MaxKafkaTopic
                ? $"topics have {PolicyLimits.MaxKafkaTopic} characters at most"
            : name is { IsPrefix: false, Text: "." or ".." } ? "Kafka knows no topic of that name"
            : null;
        if (problem is null)
        {
            return name;
        }

        field!.Error($"{FieldPath.Quote(text)} is refused: {problem}");
        return null;
    }

    /// <summary>A group or a transactional id: any text, a trailing <c>*</c> stands for any rest.</summary>
    private static KafkaName? ReadName(Field? field)
    {
        if (ReadText(field) is not { } text)
        {
            return null;
        }

        var name = KafkaName.Parse(text);
        if (name.Text.Contains('*'))
        {
            field!.Warn("only a * at the end stands for any rest; the other one is a character of the name here");
        }

        return name;
    }

    /// <summary>Null where there is none, or an empty one, which is no condition as in Cilium.</summary>
    private static string? ReadText(Field? field)
    {
        if (field?.AsString() is not { } text)
        {
            return null;
        }

        if (text.Length == 0)
        {
            field.Warn("empty text is no condition: everything matches; leave the key out if that is meant");
            return null;
        }

        if (Encoding.UTF8.GetByteCount(text) > PolicyLimits.MaxKafkaText)
        {
            field.Error($"is longer than the {PolicyLimits.MaxKafkaText} bytes that Kafka has for it");
            return null;
        }

        return text;
    }
}
