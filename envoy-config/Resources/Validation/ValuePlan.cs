using System.Collections.Immutable;
using Google.Protobuf.Reflection;
using Validate;

namespace Jumpgate.EnvoyConfig.Resources.Validation;

/// <summary>The rules on one value: a field, an item of a list, a key or a value of a map.</summary>
internal sealed class ValuePlan
{
    private readonly EnumDescriptor? _enum;
    private readonly ImmutableDictionary<int, string> _deprecatedValues;

    /// <param name="field">Whose values these are: of a map entry's fields, of a list, or one.</param>
    /// <param name="isWhole">The rules are on the list or the map as such.</param>
    public ValuePlan(FieldRules? rules, FieldDescriptor field, bool isWhole = false)
    {
        _enum = !isWhole && field.FieldType == FieldType.Enum ? field.EnumType : null;
        _deprecatedValues = (_enum?.Values ?? []).Select(v => (v.Number, Why: Deprecation.Of(v)))
            .Where(v => v.Why is not null)
            .DistinctBy(v => v.Number).ToImmutableDictionary(v => v.Number, v => v.Why!);
        Rules = rules is null ? [] : ValueRules.Of(rules, _enum);
        IsRequired = rules is not null && ValueRules.IsRequired(rules);
        IsSkipped = rules?.Message?.Skip == true;
        IgnoresEmpty = rules is { TypeCase: FieldRules.TypeOneofCase.String, String.IgnoreEmpty: true };
    }

    public ImmutableArray<ValueRule> Rules { get; }

    /// <summary>A message must be there.</summary>
    public bool IsRequired { get; }

    /// <summary>A message's own rules do not count here.</summary>
    public bool IsSkipped { get; }

    public bool IgnoresEmpty { get; }

    public void Check(object value, string path, Findings findings)
    {
        foreach (var rule in Rules)
        {
            if (rule.Holds is null)
            {
                findings.Add(path, $"{rule.Text} cannot be checked: this kind of rule is not known here");
            }
            else if (!rule.Holds(value))
            {
                findings.Add(path, rule.Text);
            }
        }

        if (_enum is not null && _deprecatedValues.TryGetValue(EnumValues.NumberOf(value), out var why))
        {
            findings.Add(path, why);
        }
    }
}
