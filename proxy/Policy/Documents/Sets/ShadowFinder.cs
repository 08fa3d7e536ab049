using System.Collections.Immutable;

namespace Jumpgate.Policy.Documents.Sets;

/// <summary>
/// Finds L7 rules beside which an L4 rule allows the same peers and ports without L7 rules: there, the L7 rules decide nothing.
/// </summary>
internal static class ShadowFinder
{
    private static readonly PortSpec s_everyPort = new(0, 0, null, null);

    public static IEnumerable<PolicyDiagnostic> Find(IEnumerable<PolicyDocument> documents)
    {
        var grants = documents.SelectMany(GrantsOf).ToList();
        var plain = grants.Where(g => g.Rule?.Http is null).ToLookup(g => g.Direction);
        var left = PolicyLimits.MaxShadowComparisons;
        foreach (var l7 in grants.Where(g => g.Rule?.Http is not null))
        {
            foreach (var l4 in plain[l7.Direction])
            {
                if (left-- == 0)
                {
                    yield return new PolicyDiagnostic(
                        PolicySeverity.Warning, l7.Location, l7.Document.QualifiedName, l7.Field,
                        "too many rules to look for L4 rules that make L7 rules irrelevant; the search ends here");
                    yield break;
                }

                if (Shadows(l4, l7))
                {
                    yield return new PolicyDiagnostic(
                        PolicySeverity.Warning, l7.Location, l7.Document.QualifiedName, l7.Field,
                        $"the rule of {l4.Document.QualifiedName} at {l4.Location} allows peers and ports of this one without L7 rules; "
                        + "where both apply, the L7 rules here decide nothing");
                    break;
                }
            }
        }
    }

    private static bool Shadows(Grant l4, Grant l7) =>
        SameNamespace(l4.Document, l7.Document)
        && Overlap.Selectors(l4.Subject.EndpointSelector, l7.Subject.EndpointSelector)
        && PortsOf(l4).Any(a => PortsOf(l7).Any(b => Overlap.Ports(a, b)))
        && Overlap.Peers(l4.Entry.Peers, l7.Entry.Peers);

    private static bool SameNamespace(PolicyDocument a, PolicyDocument b) =>
        a.Namespace is null || b.Namespace is null || a.Namespace == b.Namespace;

    private static ImmutableArray<PortSpec> PortsOf(Grant grant) => grant.Rule is { } rule ? rule.Ports : [s_everyPort];

    private static IEnumerable<Grant> GrantsOf(PolicyDocument document)
    {
        foreach (var rule in document.Rules)
        {
            foreach (var grant in GrantsOf(document, rule, rule.Ingress ?? [], TrafficDirection.Ingress))
            {
                yield return grant;
            }

            foreach (var grant in GrantsOf(document, rule, rule.Egress ?? [], TrafficDirection.Egress))
            {
                yield return grant;
            }
        }
    }

    private static IEnumerable<Grant> GrantsOf(
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

    /// <param name="Rule">Null: an entry without <c>toPorts</c>, every port.</param>
    private sealed record Grant(
        PolicyDocument Document, PolicyRule Subject, RuleEntry Entry, PortRule? Rule, TrafficDirection Direction)
    {
        public SourceLocation Location => Rule?.Location ?? Entry.Location;

        public string Field => Rule?.Field ?? "";
    }
}
