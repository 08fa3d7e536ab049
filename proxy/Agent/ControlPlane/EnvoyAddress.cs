using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Envoy.Config.Core.V3;
using Jumpgate.Policy;
using SocketAddress = Envoy.Config.Core.V3.SocketAddress;

namespace Jumpgate.Agent.ControlPlane;

/// <summary>What Envoy says an address is, as our tables know addresses.</summary>
internal static class EnvoyAddress
{
    /// <returns>
    /// False for what is no address and port in numbers: nothing, a Unix socket, Envoy's internal listeners, a name.
    /// </returns>
    public static bool TryRead(Address? address, [NotNullWhen(true)] out IPEndPoint? endPoint, out L4Protocol protocol)
    {
        endPoint = null;
        protocol = L4Protocol.Other;
        if (address?.SocketAddress is not { PortSpecifierCase: SocketAddress.PortSpecifierOneofCase.PortValue } socket
            || socket.PortValue > ushort.MaxValue
            || !TryReadIP(socket.Address, out var ip))
        {
            return false;
        }

        protocol = socket.Protocol switch
        {
            SocketAddress.Types.Protocol.Tcp => L4Protocol.Tcp,
            SocketAddress.Types.Protocol.Udp => L4Protocol.Udp,
            _ => L4Protocol.Other,
        };
        endPoint = new IPEndPoint(ip, (int)socket.PortValue);
        return true;
    }

    private static bool TryReadIP(string text, [NotNullWhen(true)] out IPAddress? ip)
    {
        // .NET also takes "1" and "0x7f.1" for addresses, and a port after one in brackets: Envoy writes no such thing.
        if (!IPAddress.TryParse(text, out ip) || text[0] == '['
            || (ip.AddressFamily == AddressFamily.InterNetwork && ip.ToString() != text))
        {
            ip = null;
            return false;
        }

        // A dual-stack listener sees IPv4 clients like that.
        ip = ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip.ScopeIdOf() == 0 ? ip : new IPAddress(ip.GetAddressBytes());
        return true;
    }

    private static long ScopeIdOf(this IPAddress ip) =>
        ip.AddressFamily == AddressFamily.InterNetworkV6 ? ip.ScopeId : 0;
}
