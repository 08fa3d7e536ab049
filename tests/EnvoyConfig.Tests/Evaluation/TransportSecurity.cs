using Envoy.Config.Cluster.V3;
using Envoy.Config.Core.V3;
using Envoy.Extensions.TransportSockets.Tls.V3;
using Jumpgate.EnvoyConfig.Sidecar;

namespace Jumpgate.EnvoyConfig.Tests.Evaluation;

/// <summary>
/// transport_sockets/tls/v3: who gets through a handshake. Secrets come from an SDS server that names them as SPIRE
/// does: a certificate by its URI, an authority by its trust domain.
/// </summary>
internal static class TransportSecurity
{
    /// <summary>gRFC A29, servers: a provider of the bootstrap has the authority, here of every trust domain, and names
    /// are not compared.</summary>
    public static DownstreamConnection? AcceptCall(TransportSocket? socket, DownstreamConnection connection)
    {
        if (socket is null)
        {
            return connection.Tls is null ? connection : null;
        }

        var context = Unpack<DownstreamTlsContext>(socket);
        var common = context.CommonTlsContext;
        NotModelledException.ThrowUnlessOnly(context, "common_tls_context", "require_client_certificate");
        NotModelledException.ThrowUnlessOnly(common, "tls_certificate_provider_instance", "validation_context");
        NotModelledException.ThrowUnlessOnly(common.ValidationContext, "ca_certificate_provider_instance");
        if (context.RequireClientCertificate != true)
        {
            throw new NotModelledException("a server that requires no certificate");
        }

        return connection.Tls?.Certificate is { } client && client == Certificate.Genuine(client.Uri)
            ? connection with { Tls = null, Principal = client.Uri } : null;
    }

    /// <returns>What filters see of the connection; null: it is closed in the handshake.</returns>
    public static DownstreamConnection? Accept(TransportSocket? socket, DownstreamConnection connection)
    {
        if (socket is null)
        {
            return connection;
        }

        var context = Unpack<DownstreamTlsContext>(socket);
        NotModelledException.ThrowUnlessOnly(
            context, "common_tls_context", "require_client_certificate", "disable_stateless_session_resumption",
            "disable_stateful_session_resumption");
        var common = context.CommonTlsContext;
        var client = connection.Tls?.Certificate;

        // "If specified, Envoy will reject connections without a valid client certificate." Plain text is no handshake.
        return connection.Tls is null || (client is null && context.RequireClientCertificate == true)
            || (client is not null && !Trusts(common, client))
            ? null : connection with { Tls = null, Principal = client?.Uri };
    }

    /// <summary>What a client of this chain is shown; null: plain text.</summary>
    public static Certificate? ServerCertificate(TransportSocket? socket) =>
        socket is null ? null : Own(Unpack<DownstreamTlsContext>(socket).CommonTlsContext);

    /// <summary>How a cluster connects; null: with plain text.</summary>
    public static (TlsClient Client, Func<Certificate, bool> Trusts)? Connect(Cluster cluster)
    {
        if (cluster.TransportSocket is not { } socket)
        {
            return null;
        }

        var context = Unpack<UpstreamTlsContext>(socket);
        NotModelledException.ThrowUnlessOnly(context, "common_tls_context", "max_session_keys");
        return (new TlsClient(Own(context.CommonTlsContext)), server => Trusts(context.CommonTlsContext, server));
    }

    private static bool Trusts(CommonTlsContext common, Certificate other)
    {
        // "The default CertificateValidationContext and dynamic CertificateValidationContext are merged".
        var combined = common.CombinedValidationContext
            ?? throw new NotModelledException("a validation context that is not combined");
        var names = combined.DefaultValidationContext;
        NotModelledException.ThrowUnlessOnly(
            combined, "default_validation_context", "validation_context_sds_secret_config");
        NotModelledException.ThrowUnlessOnly(names, "match_typed_subject_alt_names");

        // "An optional list of Subject Alternative name matchers. If specified, Envoy will verify that the Subject
        // Alternative Name of the presented certificate matches one of the specified matchers. The matching uses "any"
        // semantics".
        return other.Authority == Name(combined.ValidationContextSdsSecretConfig)
            && (names.MatchTypedSubjectAltNames.Count == 0 || names.MatchTypedSubjectAltNames.Any(m =>
                m.SanType == SubjectAltNameMatcher.Types.SanType.Uri && Matching.Matches(m.Matcher, other.Uri)));
    }

    private static Certificate Own(CommonTlsContext common)
    {
        NotModelledException.ThrowUnlessOnly(
            common, "tls_params", "tls_certificate_sds_secret_configs", "combined_validation_context",
            "alpn_protocols");
        return Certificate.Genuine(Name(common.TlsCertificateSdsSecretConfigs.Single()));
    }

    private static string Name(SdsSecretConfig secret) =>
        secret.SdsConfig.ApiConfigSource.GrpcServices.Single().EnvoyGrpc.ClusterName == Clusters.Secrets
            ? secret.Name : throw new NotModelledException($"secrets of another server: {secret}");

    private static T Unpack<T>(TransportSocket socket)
        where T : class, Google.Protobuf.IMessage<T>, new() =>
        Packed.TryGet<T>(socket.TypedConfig, out var context) ? context
            : throw new NotModelledException($"the transport socket {socket.Name} ({socket.TypedConfig.TypeUrl})");
}
