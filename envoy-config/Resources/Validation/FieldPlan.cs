using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Validate;

namespace Jumpgate.EnvoyConfig.Resources.Validation;

/// <summary>What is to be checked of one field, read from its descriptor once.</summary>
internal sealed class FieldPlan
{
    private readonly FieldDescriptor _field;
    private readonly string? _deprecation;
    private readonly ValuePlan _whole;
    private readonly ValuePlan? _keys;
    private readonly ValuePlan? _items;

    public FieldPlan(FieldDescriptor field)
    {
        _field = field;
        _deprecation = Deprecation.Of(field);
        var rules = field.GetOptions()?.GetExtension(ValidateExtensions.Rules);
        _whole = new ValuePlan(rules, field, field.IsRepeated);
        if (field.IsMap)
        {
            var entry = field.MessageType.Fields.InFieldNumberOrder();
            var map = rules is { TypeCase: FieldRules.TypeOneofCase.Map } ? rules.Map : null;
            _keys = new ValuePlan(map?.Keys, entry[0]);
            _items = new ValuePlan(map?.Values, entry[1]);
        }
        else if (field.IsRepeated)
        {
            _items = new ValuePlan(rules is { TypeCase: FieldRules.TypeOneofCase.Repeated }
                ? rules.Repeated.Items : null, field);
        }
    }

    /// <summary>All rules of the field, its keys and its items.</summary>
    public IEnumerable<ValueRule> Rules => [.. _whole.Rules, .. _keys?.Rules ?? [], .. _items?.Rules ?? []];

    /// <returns>Messages within, with their paths: to be checked too.</returns>
    public IEnumerable<(IMessage Message, string Path)> Check(IMessage message, string path, Findings findings)
    {
        var value = _field.Accessor.GetValue(message);
        if (_deprecation is not null && IsSet(message, value) && !findings.Excuses(_field.FullName))
        {
            findings.Add(path, _deprecation);
        }

        return _field.IsMap ? CheckMap((IDictionary)value, path, findings)
            : _field.IsRepeated ? CheckList((IList)value, path, findings)
            : CheckOne(message, value, path, findings);
    }

    private List<(IMessage Message, string Path)> CheckOne(
        IMessage message, object? value, string path, Findings findings)
    {
        if (_field.FieldType is FieldType.Message or FieldType.Group && value is null)
        {
            // Of a oneof's members, rules count for the one that is chosen.
            if (_whole.IsRequired && _field.RealContainingOneof is null)
            {
                findings.Add(path, "required");
            }

            return [];
        }

        if ((_field.HasPresence && _field.FieldType != FieldType.Message && !_field.Accessor.HasValue(message))
            || (_whole.IgnoresEmpty && value is ""))
        {
            return [];
        }

        _whole.Check(value!, path, findings);
        return value is IMessage inner && !_whole.IsSkipped ? [(inner, path)] : [];
    }

    private List<(IMessage Message, string Path)> CheckList(IList list, string path, Findings findings)
    {
        _whole.Check(list, path, findings);
        var inner = new List<(IMessage Message, string Path)>();
        for (var i = 0; i < list.Count; i++)
        {
            CheckItem(list[i]!, $"{path}[{i}]", findings, inner);
        }

        return inner;
    }

    private List<(IMessage Message, string Path)> CheckMap(IDictionary map, string path, Findings findings)
    {
        _whole.Check(map, path, findings);
        var inner = new List<(IMessage Message, string Path)>();
        foreach (DictionaryEntry entry in map)
        {
            var at = FormattableString.Invariant($"{path}[{entry.Key}]");
            _keys!.Check(entry.Key, at, findings);
            CheckItem(entry.Value!, at, findings, inner);
        }

        return inner;
    }

    private void CheckItem(object item, string path, Findings findings, List<(IMessage Message, string Path)> inner)
    {
        if (_items!.IgnoresEmpty && item is "")
        {
            return;
        }

        _items.Check(item, path, findings);
        if (item is IMessage message && !_items.IsSkipped)
        {
            inner.Add((message, path));
        }
    }

    private bool IsSet(IMessage message, object? value) => value switch
    {
        null => false,
        ICollection many => many.Count > 0,
        _ when _field.HasPresence => _field.Accessor.HasValue(message),
        string text => text.Length > 0,
        ByteString bytes => bytes.Length > 0,
        bool flag => flag,
        _ => Convert.ToDouble(value, System.Globalization.CultureInfo.InvariantCulture) != 0,
    };
}
