using Jumpgate.EnvoyConfig.Sidecar;

namespace Jumpgate.Agent.ControlPlane;

/// <summary>Where the agent serves xDS, and to whom.</summary>
public sealed record ControlPlaneOptions
{
    /// <summary><c>ADDRESS:PORT</c>, the address in numbers.</summary>
    public required string Listen { get; init; }

    public string? CertificateFile { get; init; }
    public string? KeyFile { get; init; }

    /// <summary>Who signs nodes' certificates: with it, a node is who its certificate says it is.</summary>
    public string? ClientCaFile { get; init; }

    /// <summary>A certificate with the URI <c>spiffe://DOMAIN/node/ID</c> may speak as node ID.</summary>
    public string? TrustDomain { get; init; }

    /// <summary>What sidecars are told beside policy.</summary>
    public SidecarOptions Sidecar { get; init; } = new();

    /// <summary>Plaintext beyond loopback, where everybody is who he says he is.</summary>
    public bool AllowPlaintext { get; init; }
}
