namespace Jumpgate.Xds;

/// <summary>
/// PEM files, read again when they change, so that certificates can be renewed under a running server.
/// </summary>
public sealed record XdsTlsOptions
{
    /// <summary>The server's certificate, with intermediates after it.</summary>
    public required string CertificateFile { get; init; }

    public required string KeyFile { get; init; }

    /// <summary>
    /// Who signs clients' certificates. With it a client needs one, and its node's identity is checked against it.
    /// </summary>
    public string? ClientCaFile { get; init; }

    /// <summary>
    /// A SPIFFE trust domain: a certificate with the URI <c>spiffe://DOMAIN/node/ID</c> may speak as node ID. A DNS
    /// name or a URI that is the ID itself always may.
    /// </summary>
    public string? TrustDomain { get; init; }
}
