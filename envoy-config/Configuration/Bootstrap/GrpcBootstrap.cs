using System.Text.Json.Nodes;
using Jumpgate.EnvoyConfig.Nodes;
using Jumpgate.EnvoyConfig.Proxyless;

namespace Jumpgate.EnvoyConfig.Bootstrap;

/// <summary>What a gRPC application finds under <c>GRPC_XDS_BOOTSTRAP</c> (gRFC A27, A29, A36).</summary>
public static class GrpcBootstrap
{
    public static JsonObject Create(BootstrapOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var host = options.Host.Contains(':', StringComparison.Ordinal) ? $"[{options.Host}]" : options.Host;
        var bootstrap = new JsonObject
        {
            ["xds_servers"] = new JsonArray(new JsonObject
            {
                ["server_uri"] = $"{host}:{options.Port}",
                ["channel_creds"] = new JsonArray(Credentials(options)),
                ["server_features"] = new JsonArray("xds_v3"),
            }),
            ["node"] = new JsonObject
            {
                ["id"] = options.Node,
                ["cluster"] = "jumpgate",
                // grpc-js refuses a node without one; endpoints have the same.
                ["locality"] = new JsonObject { ["region"] = "jumpgate", ["zone"] = "node" },
                ["metadata"] = new JsonObject { [NodeKey.ProfileKey] = "grpc" },
            },
            ["server_listener_resource_name_template"] = new ProxylessOptions().ServerTemplate,
        };
        if (options.Tls?.Files is { } files)
        {
            bootstrap["certificate_providers"] = new JsonObject
            {
                [CallTls.Provider] = new JsonObject
                {
                    ["plugin_name"] = "file_watcher",
                    ["config"] = new JsonObject
                    {
                        ["certificate_file"] = files.Certificate,
                        ["private_key_file"] = files.Key,
                        ["ca_certificate_file"] = files.Authority,
                        ["refresh_interval"] = "60s",
                    },
                },
            };
        }

        return bootstrap;
    }

    private static JsonObject Credentials(BootstrapOptions options)
    {
        if (options.CaFile is null)
        {
            return new JsonObject { ["type"] = "insecure" };
        }

        var files = new JsonObject { ["ca_certificate_file"] = options.CaFile };
        if (options.CertificateFile is not null)
        {
            files["certificate_file"] = options.CertificateFile;
            files["private_key_file"] = options.KeyFile;
        }

        return new JsonObject { ["type"] = "tls", ["config"] = files };
    }
}
