using System.Collections.Immutable;
using Jumpgate.Policy.Documents.Sets;

namespace Jumpgate.Policy.Documents;

/// <summary>Puts files together and finds what only shows between documents.</summary>
public static class PolicySet
{
    /// <returns>
    /// The documents in force: all valid ones, but for those that share kind, namespace and name, which are refused,
    /// each naming the others, and those that have HTTP and Kafka rules on one port, likewise. Warns where an L4 rule
    /// makes L7 rules irrelevant.
    /// </returns>
    public static PolicySetResult Combine(IEnumerable<PolicyFileResult> files)
    {
        ArgumentNullException.ThrowIfNull(files);
        var documents = ImmutableArray.CreateBuilder<PolicyDocument>();
        var diagnostics = ImmutableArray.CreateBuilder<PolicyDiagnostic>();
        var all = files.ToList();
        foreach (var file in all)
        {
            diagnostics.AddRange(file.Diagnostics);
        }

        var byName = all.SelectMany(f => f.Documents).GroupBy(d => (d.Clusterwide, d.Namespace, d.Name));
        foreach (var group in byName)
        {
            var same = group.ToList();
            if (same.Count == 1)
            {
                documents.Add(same[0]);
                continue;
            }

            diagnostics.AddRange(same.Select(document => Duplicate(document, same)));
        }

        var conflicts = ProtocolConflicts.Find(documents);
        diagnostics.AddRange(documents.Where(conflicts.ContainsKey).Select(d => conflicts[d]));
        documents.RemoveAll(conflicts.ContainsKey);
        diagnostics.AddRange(ShadowFinder.Find(documents));
        return new PolicySetResult(documents.DrainToImmutable(), diagnostics.DrainToImmutable());
    }

    private static PolicyDiagnostic Duplicate(PolicyDocument document, List<PolicyDocument> same)
    {
        const int maxNamed = 5;
        var others = same.Where(d => !ReferenceEquals(d, document)).Select(d => d.Location).ToList();
        var named = string.Join(", ", others.Take(maxNamed)) + (others.Count > maxNamed ? ", ..." : "");
        var kind = document.Clusterwide ? "CiliumClusterwideNetworkPolicy" : "CiliumNetworkPolicy";
        return new PolicyDiagnostic(
            PolicySeverity.Error, document.Location, document.QualifiedName, "metadata.name",
            $"the {kind} {document.QualifiedName} is also at {named}; all of them are refused, rename or remove");
    }
}
