using System.Net;

namespace Jumpgate.EnvoyConfig.Tests.Evaluation;

/// <summary>A connection that was redirected to a listener.</summary>
/// <param name="Destination">Where the client wanted to go (SO_ORIGINAL_DST).</param>
public sealed record DownstreamConnection(IPEndPoint Source, IPEndPoint Destination)
{
    /// <summary>Of a client that speaks plain text to Envoy; TLS here is between it and somebody behind.</summary>
    internal FirstBytes First { get; init; } = FirstBytes.Unknown;

    /// <summary>How the client begins; null: with plain text.</summary>
    public TlsClient? Tls { get; init; }

    /// <summary>Of the client's certificate, once it is verified: the URI SAN, else the DNS SAN, else the subject; null
    /// without one.</summary>
    public string? Principal { get; init; }

    public override string ToString() =>
        $"{Source} -> {Destination}{(Tls is null ? $" ({First})" : $" ({Tls.Certificate})")}";
}

/// <summary>A client's side of a handshake.</summary>
/// <param name="Certificate">Null: it has none to show.</param>
public sealed record TlsClient(Certificate? Certificate);

/// <param name="Uri">The URI SAN.</param>
/// <param name="Authority">Who signed it: the trust domain, or somebody else.</param>
public sealed record Certificate(string Uri, string Authority)
{
    /// <summary>As the authority of its trust domain gives it out.</summary>
    public static Certificate Genuine(string uri) => new(uri, string.Join('/', uri.Split('/')[..3]));
}
