using System.Net;

namespace Jumpgate.Policy.Snapshots;

public enum SnapshotProblem
{
    /// <summary>Two workloads have one address: the first keeps it, the second is not reachable by it.</summary>
    DuplicateAddress,
    /// <summary>A workload has an address of the node: the workload keeps it.</summary>
    WorkloadHasHostAddress,
}

/// <summary>What is wrong with the facts a snapshot was made from; the snapshot is still safe to enforce.</summary>
/// <param name="Workload">The workload whose address was not taken, or that took the node's.</param>
/// <param name="Message">For an operator: names the thing, the place and the way out.</param>
public sealed record SnapshotDiagnostic(SnapshotProblem Problem, IPAddress Address, Workload Workload, string Message);
