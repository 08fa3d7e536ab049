using System.Net;

namespace Jumpgate.Xds.Tests.Clients;

/// <summary>What tells a gRPC client where its control plane is.</summary>
internal static class XdsBootstrap
{
    public static Dictionary<string, string> For(IPEndPoint server, string node = "tiefighter") => new()
    {
        ["GRPC_XDS_BOOTSTRAP_CONFIG"] = $$"""
            {
              "xds_servers": [{
                "server_uri": "{{server}}",
                "channel_creds": [{ "type": "insecure" }],
                "server_features": ["xds_v3"]
              }],
              "node": { "id": "{{node}}", "locality": { "region": "galaxy" } }
            }
            """,
    };
}
