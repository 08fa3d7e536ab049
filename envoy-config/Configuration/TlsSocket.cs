using Envoy.Config.Core.V3;
using Google.Protobuf;
using Jumpgate.Xds.Resources;

namespace Jumpgate.EnvoyConfig;

internal static class TlsSocket
{
    /// <param name="context">A server's or a client's: <c>DownstreamTlsContext</c>, <c>UpstreamTlsContext</c>.</param>
    public static TransportSocket Of(IMessage context) => new()
    {
        Name = "envoy.transport_sockets.tls",
        TypedConfig = Deterministic.Pack(context),
    };
}
