using Envoy.Config.Core.V3;
using Envoy.Extensions.TransportSockets.Tls.V3;
using Envoy.Type.Matcher.V3;
using Jumpgate.Policy.Workloads;

namespace Jumpgate.EnvoyConfig.Proxyless;

/// <summary>
/// Mutual TLS of gRPC applications (gRFC A29): certificates come from a provider of the bootstrap, never over xDS. Such
/// libraries refuse much of what Envoy takes, so that there is no more in these contexts than they know.
/// </summary>
internal static class CallTls
{
    /// <summary>The bootstrap's key under <c>certificate_providers</c>.</summary>
    public const string Provider = "jumpgate";

    /// <summary>
    /// For servers: a certificate of the authority is required; that it is the one of who has the address is for RBAC
    /// to say, since servers refuse contexts that name names.
    /// </summary>
    public static TransportSocket FromClients() => TlsSocket.Of(new DownstreamTlsContext
    {
        RequireClientCertificate = true,
        CommonTlsContext = Common(new CertificateValidationContext()),
    });

    /// <param name="peer">Whom the server's certificate must name.</param>
    public static TransportSocket ToServer(SpiffeId peer)
    {
        var names = new CertificateValidationContext();
#pragma warning disable CS0612 // What Envoy has instead of it, gRPC's libraries ignore: every certificate would do.
        names.MatchSubjectAltNames.Add(new StringMatcher { Exact = peer.ToString() });
#pragma warning restore CS0612
        return TlsSocket.Of(new UpstreamTlsContext { CommonTlsContext = Common(names) });
    }

    private static CommonTlsContext Common(CertificateValidationContext names)
    {
        names.CaCertificateProviderInstance = new CertificateProviderPluginInstance { InstanceName = Provider };
        return new CommonTlsContext
        {
            TlsCertificateProviderInstance = new CertificateProviderPluginInstance { InstanceName = Provider },
            ValidationContext = names,
        };
    }
}
