using System.Net;
using Envoy.Config.Core.V3;
using SocketAddress = Envoy.Config.Core.V3.SocketAddress;

namespace Jumpgate.EnvoyConfig.Sidecar;

internal static class Addresses
{
    public static Address Of(IPAddress address, ushort port) => new()
    {
        SocketAddress =
            new SocketAddress { Address = $"{address}", PortValue = port, Protocol = SocketAddress.Types.Protocol.Tcp },
    };
}
