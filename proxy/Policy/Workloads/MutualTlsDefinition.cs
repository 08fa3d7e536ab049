namespace Jumpgate.Policy.Workloads;

/// <summary>
/// Where workloads with a SPIFFE ID get their certificates, as the workloads file writes it: block <c>mtls</c>.
/// </summary>
public sealed record MutualTlsDefinition
{
    public required SourceLocation Location { get; init; }
    /// <summary>
    /// Unix socket of an SDS server beside each sidecar (SPIRE's agent); null: sidecars read <see cref="Files"/>.
    /// </summary>
    public string? SdsSocket { get; init; }
    /// <summary>For gRPC applications, and for sidecars without an SDS server.</summary>
    public CertificateFiles? Files { get; init; }
}
