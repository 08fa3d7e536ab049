using System.Collections.Immutable;

namespace Jumpgate.Policy.Documents;

/// <summary>The documents in force, and everything to say about all files.</summary>
public sealed record PolicySetResult(
    ImmutableArray<PolicyDocument> Documents, ImmutableArray<PolicyDiagnostic> Diagnostics)
{
    public bool HasErrors => Diagnostics.Any(d => d.Severity == PolicySeverity.Error);
}
