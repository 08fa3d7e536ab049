using System.Collections.Immutable;

namespace Jumpgate.Policy.Documents.Reading;

/// <summary>Reads a <c>spec</c>, or an element of <c>specs</c>.</summary>
internal static class SpecReader
{
    public static PolicyRule? Read(Field field, string secretNamespace)
    {
        if (field.AsMapping() is not { } mapping)
        {
            return null;
        }

        mapping.Ignore("description", "labels", "log");
        var usesNodes = mapping.Entries.Any(e => e.Key == "nodeSelector" && !e.Value.IsNull);
        var selectorField = usesNodes
            ? mapping.Take("endpointSelector")
            : mapping.Require("endpointSelector", "is required; write {} for every workload");
        var selector = selectorField is null ? null : SelectorReader.Read(selectorField);
        var ingress = ReadSection(mapping, "ingress", TrafficDirection.Ingress, deny: false, secretNamespace);
        var egress = ReadSection(mapping, "egress", TrafficDirection.Egress, deny: false, secretNamespace);
        var ingressDeny = ReadSection(mapping, "ingressDeny", TrafficDirection.Ingress, deny: true, secretNamespace);
        var egressDeny = ReadSection(mapping, "egressDeny", TrafficDirection.Egress, deny: true, secretNamespace);
        var (denyIngress, denyEgress) = ReadDefaultDeny(mapping.Take("enableDefaultDeny"));
        mapping.Finish(RefusedFields.Spec);
        if (selector is null)
        {
            return null;
        }

        if (ingress is null && egress is null && ingressDeny is null && egressDeny is null
            && denyIngress is not true && denyEgress is not true)
        {
            field.Warn("has no ingress, egress, ingressDeny or egressDeny: it does nothing");
        }

        return new PolicyRule
        {
            Location = field.Location,
            EndpointSelector = selector,
            Ingress = ingress,
            Egress = egress,
            IngressDeny = ingressDeny,
            EgressDeny = egressDeny,
            DefaultDenyIngress = denyIngress,
            DefaultDenyEgress = denyEgress,
        };
    }

    private static (bool? Ingress, bool? Egress) ReadDefaultDeny(Field? field)
    {
        if (field?.AsMapping() is not { } mapping)
        {
            return (null, null);
        }

        var ingress = mapping.Take("ingress")?.AsBoolean();
        var egress = mapping.Take("egress")?.AsBoolean();
        mapping.Finish();
        return (ingress, egress);
    }

    private static ImmutableArray<RuleEntry>? ReadSection(
        MappingReader spec, string name, TrafficDirection direction, bool deny, string secretNamespace)
    {
        if (spec.Take(name) is not { } field || field.AsList() is not { } items)
        {
            return null;
        }

        if (items.Count == 0)
        {
            field.Warn(deny
                ? "an empty list denies nothing and does not apply at all"
                : $"an empty list does not apply at all; write {name}: [{{}}] for default deny");
        }

        return [.. items.Select(item => ReadEntry(item, direction, deny, secretNamespace)).OfType<RuleEntry>()];
    }

    private static RuleEntry? ReadEntry(Field field, TrafficDirection direction, bool deny, string secretNamespace)
    {
        if (field.AsMapping() is not { } mapping)
        {
            return null;
        }

        var peers = PeerReader.Read(mapping, direction);
        var portsField = mapping.Take("toPorts");
        ImmutableArray<PortRule>? ports = null;
        if (portsField?.AsList() is { } items)
        {
            if (items.Count == 0)
            {
                // As in Cilium, where an empty list and none are the same.
                portsField.Warn("an empty list counts as left out: it limits nothing");
            }
            else
            {
                ports = [.. items.Select(item => PortReader.Read(item, deny, secretNamespace)).OfType<PortRule>()];
            }
        }

        mapping.Finish(direction == TrafficDirection.Ingress ? RefusedFields.IngressEntry : RefusedFields.EgressEntry);
        return new RuleEntry { Location = field.Location, Peers = peers, Ports = ports };
    }
}
