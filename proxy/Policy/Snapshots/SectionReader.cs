using System.Collections.Immutable;
using Jumpgate.Policy.Documents;

namespace Jumpgate.Policy.Snapshots;

/// <summary>Flattens documents into sections and atoms, in document order.</summary>
internal sealed class SectionReader(SelectorIndex selectors, PeerResolver peers)
{
    private readonly List<PolicySection> _sections = [];
    private readonly List<RuleReference> _rules = [];

    public IReadOnlyList<PolicySection> Sections => _sections;

    /// <summary>The rule table: every atom's reference at its order.</summary>
    public ImmutableArray<RuleReference> Rules => [.. _rules];

    public void Add(PolicyDocument document)
    {
        foreach (var rule in document.Rules)
        {
            Add(document, rule, TrafficDirection.Ingress, rule.Ingress, rule.IngressDeny, rule.DefaultDenyIngress);
            Add(document, rule, TrafficDirection.Egress, rule.Egress, rule.EgressDeny, rule.DefaultDenyEgress);
        }
    }

    private void Add(
        PolicyDocument document,
        PolicyRule rule,
        TrafficDirection direction,
        ImmutableArray<RuleEntry>? allow,
        ImmutableArray<RuleEntry>? deny,
        bool? defaultDeny)
    {
        // "ingress: []" does not apply at all: it is as if it were not written.
        var applies = allow is { IsEmpty: false } || deny is { IsEmpty: false };
        if (!applies && defaultDeny is not true)
        {
            return;
        }

        var ns = document.Clusterwide ? null : document.Namespace;
        var atoms = new List<PolicyAtom>();
        var opensRest = defaultDeny == false;
        foreach (var entry in allow ?? [])
        {
            AddAtoms(atoms, document, entry, ns, deny: false, opensRest);
        }

        foreach (var entry in deny ?? [])
        {
            AddAtoms(atoms, document, entry, ns, deny: true, opensRest);
        }

        _sections.Add(new PolicySection
        {
            Order = _sections.Count,
            Rule = new RuleReference(document, rule.Location),
            Subjects = selectors.Subjects(rule.EndpointSelector, ns),
            Direction = direction,
            DefaultDeny = defaultDeny ?? true,
            Atoms = [.. atoms],
        });
    }

    private void AddAtoms(
        List<PolicyAtom> atoms, PolicyDocument document, RuleEntry entry, string? ns, bool deny, bool opensRest)
    {
        if (entry.Peers is null && entry.Ports is not { IsEmpty: false })
        {
            // "{}" says nothing about anybody; its section alone is what counts.
            return;
        }

        var resolved = peers.Resolve(entry.Peers, ns);
        if (resolved is { Length: 0 })
        {
            return;
        }

        if (entry.Ports is not { IsEmpty: false } ports)
        {
            atoms.Add(Atom(entry.Location, null));
            return;
        }

        foreach (var portRule in ports)
        {
            atoms.Add(Atom(portRule.Location, portRule));
        }

        PolicyAtom Atom(SourceLocation location, PortRule? portRule)
        {
            var reference = new RuleReference(document, location);
            _rules.Add(reference);
            return new PolicyAtom
            {
                Order = _rules.Count - 1,
                Rule = reference,
                Deny = deny,
                OpensRest = opensRest,
                Ports = portRule,
                Peers = resolved,
            };
        }
    }
}
