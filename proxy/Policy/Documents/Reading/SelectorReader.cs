using System.Collections.Immutable;
using Jumpgate.Policy.Documents.Yaml;
using Jumpgate.Policy.Labels;

namespace Jumpgate.Policy.Documents.Reading;

/// <summary>Reads Kubernetes label selectors whose keys may carry a source.</summary>
internal static class SelectorReader
{
    public static LabelSelector? Read(Field field)
    {
        if (field.AsMapping() is not { } mapping)
        {
            return null;
        }

        var requirements = ImmutableArray.CreateBuilder<LabelRequirement>();
        if (mapping.Take("matchLabels")?.AsMapping() is { } labels)
        {
            foreach (var (text, value) in labels.Entries)
            {
                if (ReadKey(text, value) is var (source, key) && value.AsString() is { } wanted)
                {
                    requirements.Add(new LabelRequirement(source, key, LabelOperator.In, [wanted]));
                }
            }
        }

        foreach (var item in mapping.Take("matchExpressions")?.AsList() ?? [])
        {
            if (ReadExpression(item) is { } requirement)
            {
                requirements.Add(requirement);
            }
        }

        mapping.Finish();
        return new LabelSelector(requirements.DrainToImmutable());
    }

    private static LabelRequirement? ReadExpression(Field field)
    {
        if (field.AsMapping() is not { } mapping)
        {
            return null;
        }

        var keyField = mapping.Require("key", "is required");
        var key = keyField?.AsString() is { } text ? ReadKey(text, keyField) : null;
        var operatorField = mapping.Require("operator", "is required: In, NotIn, Exists or DoesNotExist");
        var operatorName = operatorField?.AsString();
        LabelOperator? op = operatorName switch
        {
            "In" => LabelOperator.In,
            "NotIn" => LabelOperator.NotIn,
            "Exists" => LabelOperator.Exists,
            "DoesNotExist" => LabelOperator.DoesNotExist,
            _ => null,
        };
        if (op is null && operatorName is not null)
        {
            operatorField!.Error(
                $"unknown operator {FieldPath.Quote(operatorName)}; use In, NotIn, Exists or DoesNotExist");
        }

        var valuesField = mapping.Take("values");
        var values = ImmutableArray.CreateBuilder<string>();
        var items = valuesField?.AsList();
        foreach (var item in items ?? [])
        {
            if (item.AsString() is { } value)
            {
                values.Add(value);
            }
        }

        mapping.Finish();
        if (op is LabelOperator.In or LabelOperator.NotIn && (valuesField is null || items is { Count: 0 }))
        {
            field.Sink.Error(
                valuesField?.Line
                ?? field.Line, FieldPath.Member(field.Path, "values"), $"{op} needs at least one value");
        }
        else if (op is LabelOperator.Exists or LabelOperator.DoesNotExist && items is { Count: > 0 })
        {
            valuesField!.Error($"{op} takes no values; leave them out");
        }

        return key is var (source, name) && op is { } known
            ? new LabelRequirement(source, name, known, values.DrainToImmutable())
            : null;
    }

    private static (string? Source, string Key)? ReadKey(string text, Field field)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var source = colon < 0 ? null : text[..colon];
        var key = text[(colon + 1)..];
        if (key.Length == 0 || key.Any(c => char.IsWhiteSpace(c) || char.IsControl(c)))
        {
            field.Error($"{FieldPath.Quote(text)} is no label key");
            return null;
        }

        if (key == IdentityLabels.LaneMode)
        {
            field.Error($"label {key} says how bytes travel and not who a workload is; select by another one");
            return null;
        }

        switch (source)
        {
            case null or "any":
                return (null, key);
            case "cidr" or "cidrgroup" or "fqdn" or "node":
                field.Error($"labels of source {source} are not selected here; use CIDR rules for addresses");
                return null;
            case { Length: > 0 } when source.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'):
                return (source, key);
            default:
                field.Error($"{FieldPath.Quote(source)} is no label source; use k8s:, container:, reserved: or any:");
                return null;
        }
    }
}
