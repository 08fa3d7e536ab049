using Envoy.Config.Core.V3;
using Envoy.Extensions.TransportSockets.Tls.V3;
using Envoy.Type.Matcher.V3;
using Jumpgate.Policy.Workloads;

namespace Jumpgate.EnvoyConfig.Sidecar;

/// <summary>
/// TLS in which both sides show who they are by SPIFFE IDs. Certificates come from the SDS server of the bootstrap,
/// named as SPIRE names them; or from files, which the secrets here point to so that Envoy reads them again when they
/// were renewed.
/// </summary>
internal static class MutualTls
{
    private const string Certificate = "jumpgate-certificate";
    private const string Authority = "jumpgate-authority";

    /// <summary>For connections that come in.</summary>
    /// <param name="peers">Certificates that name none of these do not get past the handshake.</param>
    public static TransportSocket FromClients(WorkloadTls own, IReadOnlyCollection<SpiffeId> peers)
    {
        var common = Common(own, peers);
        // Without it a gRPC client would not speak. Bytes are passed whatever is agreed on.
        common.AlpnProtocols.Add(["h2", "http/1.1"]);
        return TlsSocket.Of(new DownstreamTlsContext
        {
            CommonTlsContext = common,
            RequireClientCertificate = true,
            // Who comes again shows its certificate again: it may have expired, or its authority gone.
            DisableStatelessSessionResumption = true,
            DisableStatefulSessionResumption = true,
        });
    }

    /// <summary>
    /// For connections to a server. HTTP connection pools offer the protocol that they speak (ALPN), bytes none.
    /// </summary>
    public static TransportSocket ToServer(WorkloadTls own, SpiffeId peer) =>
        TlsSocket.Of(new UpstreamTlsContext { CommonTlsContext = Common(own, [peer]), MaxSessionKeys = 0 });

    /// <summary>What the contexts refer to and this node gets from here.</summary>
    public static IEnumerable<Secret> Secrets(WorkloadTls own)
    {
        if (own is not { SdsSocket: null, Files: { } files })
        {
            yield break;
        }

        yield return new Secret
        {
            Name = Certificate,
            TlsCertificate = new TlsCertificate
            {
                CertificateChain = new DataSource { Filename = files.Certificate },
                PrivateKey = new DataSource { Filename = files.Key },
                WatchedDirectory = FolderOf(files.Certificate),
            },
        };
        yield return new Secret
        {
            Name = Authority,
            ValidationContext = new CertificateValidationContext
            {
                TrustedCa = new DataSource { Filename = files.Authority },
                WatchedDirectory = FolderOf(files.Authority),
            },
        };
    }

    private static WatchedDirectory FolderOf(string file) => new() { Path = Path.GetDirectoryName(file) };

    private static CommonTlsContext Common(WorkloadTls own, IReadOnlyCollection<SpiffeId> peers)
    {
        var isSds = own.SdsSocket is not null;
        var names = new CertificateValidationContext();
        names.MatchTypedSubjectAltNames.Add(peers.Select(p => new SubjectAltNameMatcher
        {
            SanType = SubjectAltNameMatcher.Types.SanType.Uri,
            Matcher = new StringMatcher { Exact = p.ToString() },
        }));
        return new CommonTlsContext
        {
            TlsParams = new TlsParameters
            {
                TlsMinimumProtocolVersion = TlsParameters.Types.TlsProtocol.Tlsv13,
                TlsMaximumProtocolVersion = TlsParameters.Types.TlsProtocol.Tlsv13,
            },
            TlsCertificateSdsSecretConfigs = { Secret(isSds ? own.Id.ToString() : Certificate, isSds) },
            CombinedValidationContext = new CommonTlsContext.Types.CombinedCertificateValidationContext
            {
                DefaultValidationContext = names,
                ValidationContextSdsSecretConfig = Secret(isSds ? peers.First().TrustDomain : Authority, isSds),
            },
        };
    }

    private static SdsSecretConfig Secret(string name, bool isSds) => new()
    {
        Name = name,
        SdsConfig = isSds
            ? new ConfigSource
            {
                ResourceApiVersion = ApiVersion.V3,
                ApiConfigSource = new ApiConfigSource
                {
                    ApiType = ApiConfigSource.Types.ApiType.Grpc,
                    TransportApiVersion = ApiVersion.V3,
                    SetNodeOnFirstMessageOnly = true,
                    GrpcServices =
                    {
                        new GrpcService { EnvoyGrpc = new GrpcService.Types.EnvoyGrpc { ClusterName = Clusters.Secrets } },
                    },
                },
            }
            : new ConfigSource { ResourceApiVersion = ApiVersion.V3, Ads = new AggregatedConfigSource() },
    };
}
