using Envoy.Config.Core.V3;
using Envoy.Extensions.TransportSockets.Tls.V3;
using Envoy.Type.Matcher.V3;

namespace Jumpgate.EnvoyConfig.Bootstrap;

/// <summary>TLS to the agent: it must be who it was asked for, and the node shows who it is.</summary>
internal static class AgentTls
{
    public static TransportSocket Create(BootstrapOptions options, bool isAddress)
    {
        var name = options.ServerName ?? options.Host;
        var context = new CommonTlsContext
        {
            ValidationContext = new CertificateValidationContext
            {
                TrustedCa = File(options.CaFile!),
                // A certificate of that authority for somebody else is not enough.
                MatchTypedSubjectAltNames =
                {
                    new SubjectAltNameMatcher
                    {
                        SanType = isAddress && options.ServerName is null
                            ? SubjectAltNameMatcher.Types.SanType.IpAddress : SubjectAltNameMatcher.Types.SanType.Dns,
                        Matcher = new StringMatcher { Exact = name },
                    },
                },
            },
        };
        if (options.CertificateFile is not null)
        {
            context.TlsCertificates.Add(new TlsCertificate
            {
                CertificateChain = File(options.CertificateFile),
                PrivateKey = File(options.KeyFile!),
            });
        }

        return TlsSocket.Of(new UpstreamTlsContext
        {
            CommonTlsContext = context,
            Sni = isAddress && options.ServerName is null ? string.Empty : name,
        });
    }

    private static DataSource File(string path) => new() { Filename = path };
}
