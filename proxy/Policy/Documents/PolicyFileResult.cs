using System.Collections.Immutable;

namespace Jumpgate.Policy.Documents;

/// <summary>
/// What one file holds: its valid documents, and everything to say about it. A document with an error is not among
/// them.
/// </summary>
public sealed record PolicyFileResult(
    string File,
    ImmutableArray<PolicyDocument> Documents,
    ImmutableArray<PolicyDiagnostic> Diagnostics)
{
    public bool HasErrors => Diagnostics.Any(d => d.Severity == PolicySeverity.Error);
}
