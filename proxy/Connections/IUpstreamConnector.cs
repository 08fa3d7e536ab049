using System.Net.Sockets;
using Jumpgate.Connections.Sockets;

namespace Jumpgate.Connections;

/// <summary>Opens connections to original destinations, from the client's own address.</summary>
public interface IUpstreamConnector
{
    /// <exception cref="SocketException">The destination refused, is unreachable, or did not answer in
    /// time.</exception>
    ValueTask<TcpChannel> ConnectAsync(FlowMetadata flow, CancellationToken cancellationToken);
}
