using System.Net;
using System.Net.Sockets;
using Jumpgate.Connections.Sockets;

namespace Jumpgate.Agent.Listening.Sidecars;

/// <summary>Connects to the original destination from an address of the node, whoever the client is.</summary>
internal sealed class NodeConnector(IUpstreamConnector connector, IPAddress from) : IUpstreamConnector
{
    public ValueTask<TcpChannel> ConnectAsync(FlowMetadata flow, CancellationToken cancellationToken) =>
        connector.ConnectAsync(flow with { Source = new IPEndPoint(from, 0) }, cancellationToken);

    /// <summary>The address that the node's routes choose towards another one; null where there is none. Nothing is
    /// sent.</summary>
    public static IPAddress? AddressTo(IPAddress destination)
    {
        try
        {
            using var probe = new Socket(destination.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            probe.Connect(destination, 9);
            return (probe.LocalEndPoint as IPEndPoint)?.Address;
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
