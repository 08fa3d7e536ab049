namespace Jumpgate.Bpf.Netlink;

/// <summary>What became of the search for a workload's interface.</summary>
/// <param name="Outcome">Found, or why not.</param>
/// <param name="Interface">Set exactly when found.</param>
/// <param name="Explanation">One line for operators; empty when found.</param>
public sealed record WorkloadResolution(
    WorkloadResolutionOutcome Outcome, WorkloadInterface? Interface, string Explanation);
