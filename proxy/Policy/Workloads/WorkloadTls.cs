namespace Jumpgate.Policy.Workloads;

/// <summary>A workload that speaks mutual TLS with those that do too.</summary>
/// <param name="Id">In its certificate.</param>
/// <param name="SdsSocket">Where its sidecar gets certificates; null: from <paramref name="Files"/>.</param>
/// <param name="Files">With this workload's name put in; null where only an SDS server has them.</param>
public sealed record WorkloadTls(SpiffeId Id, string? SdsSocket, CertificateFiles? Files);
