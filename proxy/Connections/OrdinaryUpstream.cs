using Jumpgate.Connections.Sockets;

namespace Jumpgate.Connections;

/// <summary>Connects to servers whose sockets shall be ordinary ones.</summary>
internal sealed class OrdinaryUpstream(IUpstreamConnector connector, ILaneOpener lanes) : IUpstreamConnector
{
    public async ValueTask<TcpChannel> ConnectAsync(FlowMetadata flow, CancellationToken cancellationToken)
    {
        var socket = await connector.ConnectAsync(flow, cancellationToken);
        await lanes.LeaveAsync(socket);
        return socket;
    }
}
