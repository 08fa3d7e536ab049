using System.Collections;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Jumpgate.EnvoyConfig.Resources.Validation;

/// <summary>The rules that all kinds of numbers, durations and points of time share.</summary>
internal static class OrderRules
{
    private const decimal Giga = 1_000_000_000;

    public static Func<object, bool>? Read(IMessage rules, string name, object argument) => name switch
    {
        "const" => v => Compare(v, argument) == 0,
        "in" => v => ((IList)argument).Cast<object>().Any(a => Compare(v, a) == 0),
        "not_in" => v => !((IList)argument).Cast<object>().Any(a => Compare(v, a) == 0),
        "lt" or "lte" or "gt" or "gte" => Range(rules, name, argument),
        _ => null,
    };

    /// <summary>A lower bound above the upper one means what lies outside of the two (validate.proto, "the range is
    /// reversed").</summary>
    private static Func<object, bool> Range(IMessage rules, string name, object argument)
    {
        var lower = Bound(rules, "gt") ?? Bound(rules, "gte");
        var upper = Bound(rules, "lt") ?? Bound(rules, "lte");
        return lower is not { } low || upper is not { } high || Compare(low.Argument, high.Argument) <= 0
            ? v => Within(v, name, argument)
            : v => Within(v, low.Name, low.Argument) || Within(v, high.Name, high.Argument);
    }

    private static (string Name, object Argument)? Bound(IMessage rules, string name) =>
        rules.Descriptor.FindFieldByName(name) is { } field && field.Accessor.HasValue(rules)
            ? (name, field.Accessor.GetValue(rules))
            : null;

    private static bool Within(object value, string name, object bound) => name switch
    {
        "lt" => Compare(value, bound) < 0,
        "lte" => Compare(value, bound) <= 0,
        "gt" => Compare(value, bound) > 0,
        _ => Compare(value, bound) >= 0,
    };

    private static int Compare(object left, object right) =>
        ((IComparable)Comparable(left)).CompareTo(Comparable(right));

    private static object Comparable(object value) => value switch
    {
        Duration d => (d.Seconds * Giga) + d.Nanos,
        Timestamp t => (t.Seconds * Giga) + t.Nanos,
        _ => value,
    };
}
