namespace Jumpgate.Policy.Documents.Sets;

/// <summary>
/// Finds L7 rules beside which an L4 rule allows the same peers and ports without L7 rules: there, the L7 rules decide
/// nothing.
/// </summary>
internal static class ShadowFinder
{
    public static IEnumerable<PolicyDiagnostic> Find(IEnumerable<PolicyDocument> documents)
    {
        var grants = documents.SelectMany(Grant.Of).ToList();
        var plain = grants.Where(g => g.Rule is not { HasL7: true }).ToLookup(g => g.Direction);
        var left = PolicyLimits.MaxShadowComparisons;
        foreach (var l7 in grants.Where(g => g.Rule is { HasL7: true }))
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
        Overlap.Subjects(l4, l7)
        && l4.Ports.Any(a => l7.Ports.Any(b => Overlap.Ports(a, b)))
        && Overlap.Peers(l4.Entry.Peers, l7.Entry.Peers);
}
