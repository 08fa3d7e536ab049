using System.Collections.Immutable;
using Jumpgate.Policy.Documents;

namespace Jumpgate.Policy.Workloads;

/// <summary>
/// A workloads file, read. With any error it is refused as a whole: half a list would strip the other half of its
/// policy.
/// </summary>
public sealed record WorkloadFileResult(
    ImmutableArray<WorkloadDefinition> Workloads,
    ImmutableArray<string> Uplinks,
    ImmutableArray<PolicyDiagnostic> Diagnostics)
{
    /// <summary>Null where no certificates are used.</summary>
    public MutualTlsDefinition? MutualTls { get; init; }

    public bool IsValid => Diagnostics.All(d => d.Severity != PolicySeverity.Error);
}
