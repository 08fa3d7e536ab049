using System.Runtime.InteropServices;
using Jumpgate.Agent.Listening;
using Jumpgate.Connections.Sockets;
using Jumpgate.Http.Connections;

namespace Jumpgate.Agent.Lanes;

/// <summary>
/// Opens the lanes of one connection, one after the other: each belongs to one connection to the server.
/// </summary>
internal sealed class ConnectionLanes(LaneController controller, OpenConnection connection) : ILaneOpener
{
    public ILane? TryOpen(TcpChannel client, TcpChannel server)
    {
        if (controller.TryOpen(client, server, connection.Resolved) is not { } lane)
        {
            return null;
        }

        var open = new ConnectionLane(lane, connection);
        connection.Lane = lane;
        // Between our look at the policy and this line a new one may have come, and its renewal have passed us by.
        controller.Renew(lane, connection.Resolved);
        return open;
    }

    public ValueTask<SocketPacing> PaceAsync(SafeHandle socket) => controller.PaceAsync(socket);
}
