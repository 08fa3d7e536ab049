using Jumpgate.Agent.Listening;
using Jumpgate.Xds;
using Jumpgate.Xds.Nodes;
using Microsoft.Extensions.Logging;

namespace Jumpgate.Agent.ControlPlane;

/// <summary>The xDS server as a part of the agent.</summary>
internal static class ControlPlaneServer
{
    /// <exception cref="AgentException">The options are wrong, or the address cannot be listened at.</exception>
    public static async Task<XdsServer> StartAsync(
        ControlPlaneOptions options, IXdsContent content, EnvoyServices services, ILogger logger,
        CancellationToken stopping)
    {
        try
        {
            var translated = Translate(options);
            var more = services.Create(new NodeAdmission(translated, content), logger, stopping);
            var server = await XdsServer.StartAsync(translated, content, logger, more, stopping);
            logger.ServesXds(server.Address, options.CertificateFile is null ? "plaintext" : "TLS");
            return server;
        }
        catch (XdsException e)
        {
            throw new AgentException(e.Message, e);
        }
    }

    internal static XdsServerOptions Translate(ControlPlaneOptions options)
    {
        if (!ListenAddress.TryParse(options.Listen, out var listen))
        {
            throw new AgentException(
                $"--xds-listen is '{options.Listen}', not an address and port such as 127.0.0.1:18000");
        }

        if (options.CertificateFile is null != options.KeyFile is null)
        {
            throw new AgentException("--xds-cert and --xds-key go together");
        }

        if (options.CertificateFile is null && (options.ClientCaFile ?? options.TrustDomain) is not null)
        {
            throw new AgentException("--xds-client-ca and --xds-trust-domain need --xds-cert and --xds-key");
        }

        if (options.CertificateFile is not null && options.AllowPlaintext)
        {
            throw new AgentException("--xds-plaintext contradicts --xds-cert");
        }

        return new XdsServerOptions
        {
            Listen = listen,
            AllowPlaintext = options.AllowPlaintext,
            Tls = options.CertificateFile is null ? null : new XdsTlsOptions
            {
                CertificateFile = options.CertificateFile,
                KeyFile = options.KeyFile!,
                ClientCaFile = options.ClientCaFile,
                TrustDomain = options.TrustDomain,
            },
        };
    }
}
