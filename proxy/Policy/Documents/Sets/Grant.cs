using System.Collections.Immutable;

namespace Jumpgate.Policy.Documents.Sets;

/// <summary>What one entry, or one element of its <c>toPorts</c>, allows.</summary>
/// <param name="Rule">Null: an entry without <c>toPorts</c>, every port.</param>
internal sealed record Grant(
    PolicyDocument Document, PolicyRule Subject, RuleEntry Entry, PortRule? Rule, TrafficDirection Direction)
{
    private static readonly ImmutableArray<PortSpec> s_everyPort = [new(0, 0, null, null)];

    public SourceLocation Location => Rule?.Location ?? Entry.Location;

    public string Field => Rule?.Field ?? "";

    public ImmutableArray<PortSpec> Ports => Rule?.Ports ?? s_everyPort;

    public static IEnumerable<Grant> Of(PolicyDocument document)
    {
        foreach (var rule in document.Rules)
        {
            foreach (var grant in Of(document, rule, rule.Ingress ?? [], TrafficDirection.Ingress))
            {
                yield return grant;
            }

            foreach (var grant in Of(document, rule, rule.Egress ?? [], TrafficDirection.Egress))
            {
                yield return grant;
            }
        }
    }

    private static IEnumerable<Grant> Of(
        PolicyDocument document, PolicyRule subject, IEnumerable<RuleEntry> entries, TrafficDirection direction)
    {
        foreach (var entry in entries)
        {
            if (entry.Ports is { } ports)
            {
                foreach (var port in ports)
                {
                    yield return new Grant(document, subject, entry, port, direction);
                }
            }
            else if (entry.Peers is not null)
            {
                // An entry with neither allows nothing.
                yield return new Grant(document, subject, entry, null, direction);
            }
        }
    }
}
