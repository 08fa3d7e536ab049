using System.Collections;
using System.Collections.Immutable;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Validate;

namespace Jumpgate.EnvoyConfig.Resources.Validation;

/// <summary>
/// Reads protoc-gen-validate's rules (validate/validate.proto): every field of a rules message that is set is one rule.
/// What has no reading here becomes a rule that nothing satisfies.
/// </summary>
internal static class ValueRules
{
    /// <summary>Settings of other rules, and rules on parts, which <see cref="FieldPlan"/> reads.</summary>
    private static readonly HashSet<string> Elsewhere =
        ["string.strict", "string.ignore_empty", "repeated.items", "map.keys", "map.values", "any.required",
            "duration.required",
            "timestamp.required"];

    /// <param name="enumType">Of the field, where it is an enum.</param>
    public static ImmutableArray<ValueRule> Of(FieldRules rules, EnumDescriptor? enumType) =>
        TypedRulesOf(rules) is { } typed
            ? [.. Arguments(typed).Select(a => (Kind: $"{typed.Name}.{a.Name}", a.Name, a.Value))
                .Where(a => !Elsewhere.Contains(a.Kind))
                .Select(a =>
                    new ValueRule(a.Kind, $"{a.Kind}: {Text(a.Value)}", Read(typed.Rules, a.Name, a.Value, enumType)))]
            : [];

    /// <summary>A message that is not there satisfies every rule but this one.</summary>
    public static bool IsRequired(FieldRules rules) => rules.Message?.Required == true || rules switch
    {
        { TypeCase: FieldRules.TypeOneofCase.Any } => rules.Any.Required,
        { TypeCase: FieldRules.TypeOneofCase.Duration } => rules.Duration.Required,
        { TypeCase: FieldRules.TypeOneofCase.Timestamp } => rules.Timestamp.Required,
        _ => false,
    };

    private static (string Name, IMessage Rules)? TypedRulesOf(FieldRules rules) =>
        FieldRules.Descriptor.Oneofs.Single(o => o.Name == "type").Accessor.GetCaseFieldDescriptor(rules) is { } field
            ? (field.Name, (IMessage)field.Accessor.GetValue(rules))
            : null;

    private static IEnumerable<(string Name, object Value)> Arguments((string Name, IMessage Rules) typed) =>
        typed.Rules.Descriptor.Fields.InFieldNumberOrder()
            .Select(f => (f.Name, Value: f.Accessor.GetValue(typed.Rules), Field: f))
            .Where(f => f.Field.IsRepeated ? ((IList)f.Value).Count > 0 : f.Field.Accessor.HasValue(typed.Rules))
            .Select(f => (f.Name, f.Value));

    private static Func<object, bool>? Read(IMessage rules, string name, object argument, EnumDescriptor? enumType) =>
        rules switch
        {
            StringRules text => TextRules.Read(text, name),
            BytesRules bytes => ReadBytes(bytes, name),
            EnumRules chosen => ReadEnum(chosen, name, enumType),
            RepeatedRules repeated => ReadRepeated(repeated, name),
            MapRules map => ReadMap(map, name),
            AnyRules any => name switch
            {
                "in" => v => any.In.Contains(((Any)v).TypeUrl),
                "not_in" => v => !any.NotIn.Contains(((Any)v).TypeUrl),
                _ => null,
            },
            BoolRules fixedTo => name == "const" ? v => (bool)v == fixedTo.Const : null,
            MessageRules => null,
            _ => OrderRules.Read(rules, name, argument),
        };

    private static Func<object, bool>? ReadBytes(BytesRules rules, string name) => name switch
    {
        "len" => v => (ulong)((ByteString)v).Length == rules.Len,
        "min_len" => v => (ulong)((ByteString)v).Length >= rules.MinLen,
        "max_len" => v => (ulong)((ByteString)v).Length <= rules.MaxLen,
        _ => null,
    };

    private static Func<object, bool>? ReadEnum(EnumRules rules, string name, EnumDescriptor? type) => name switch
    {
        "const" => v => EnumValues.NumberOf(v) == rules.Const,
        "defined_only" when !rules.DefinedOnly => _ => true,
        "defined_only" when type is not null => v => type.FindValueByNumber(EnumValues.NumberOf(v)) is not null,
        "in" => v => rules.In.Contains(EnumValues.NumberOf(v)),
        "not_in" => v => !rules.NotIn.Contains(EnumValues.NumberOf(v)),
        _ => null,
    };

    private static Func<object, bool>? ReadRepeated(RepeatedRules rules, string name) => name switch
    {
        "min_items" => v => (ulong)((IList)v).Count >= rules.MinItems,
        "max_items" => v => (ulong)((IList)v).Count <= rules.MaxItems,
        "unique" => v => !rules.Unique || ((IList)v).Cast<object>().Distinct().Count() == ((IList)v).Count,
        _ => null,
    };

    private static Func<object, bool>? ReadMap(MapRules rules, string name) => name switch
    {
        "min_pairs" => v => (ulong)((IDictionary)v).Count >= rules.MinPairs,
        "max_pairs" => v => (ulong)((IDictionary)v).Count <= rules.MaxPairs,
        _ => null,
    };

    private static string Text(object argument) => argument switch
    {
        IList many => $"[{string.Join(", ", many.Cast<object>().Select(Text))}]",
        Duration d => FormattableString.Invariant($"{d.Seconds + (d.Nanos / 1e9m):0.#########}s"),
        string text => $"\"{text}\"",
        bool flag => flag ? "true" : "false",
        _ => FormattableString.Invariant($"{argument}"),
    };
}
