using System.Collections.Concurrent;
using System.Collections.Immutable;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Validate;

namespace Jumpgate.EnvoyConfig.Resources.Validation;

/// <summary>What is to be checked of one type of message, read from its descriptor once.</summary>
internal sealed class MessagePlan
{
    private static readonly ConcurrentDictionary<MessageDescriptor, MessagePlan> Plans = [];

    private readonly ImmutableArray<(string Name, FieldPlan Plan)> _fields;
    private readonly ImmutableArray<OneofDescriptor> _required;
    private readonly string? _deprecation;

    private MessagePlan(MessageDescriptor type)
    {
        var disabled = type.GetOptions()?.GetExtension(ValidateExtensions.Disabled) == true;
        _fields = disabled ? [] : [.. type.Fields.InFieldNumberOrder().Select(f => (f.Name, new FieldPlan(f)))];
        _required = disabled ? []
            : [.. type.Oneofs.Where(o => o.GetOptions()?.GetExtension(ValidateExtensions.Required) == true)];
        _deprecation = Deprecation.Of(type);
    }

    public IEnumerable<ValueRule> Rules => _fields.SelectMany(f => f.Plan.Rules);

    public static MessagePlan Of(MessageDescriptor type) => Plans.GetOrAdd(type, t => new MessagePlan(t));

    /// <returns>Messages within, with their paths.</returns>
    public IEnumerable<(IMessage Message, string Path)> Check(IMessage message, string path, Findings findings)
    {
        if (_deprecation is not null)
        {
            findings.Add(path, _deprecation);
        }

        foreach (var oneof in _required.Where(o => o.Accessor.GetCaseFieldDescriptor(message) is null))
        {
            findings.Add(Join(path, oneof.Name), "one of them is required");
        }

        return [.. _fields.SelectMany(f => f.Plan.Check(message, Join(path, f.Name), findings))];
    }

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
}
