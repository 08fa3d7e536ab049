using System.Runtime.InteropServices;
using Jumpgate.Connections.Sockets;

namespace Jumpgate.Connections;

/// <summary>What joined sockets mean for one connection of a client.</summary>
public interface ILaneOpener
{
    /// <summary>Null where the sockets have not joined, the rules cannot be decided in the kernel, or there is no room:
    /// the proxy decides everything then.</summary>
    ILane? TryOpen(TcpChannel client, TcpChannel server);

    /// <summary>Whether a socket of the proxy's has joined, and what paces sends to its other end.</summary>
    ValueTask<SocketPacing> PaceAsync(SafeHandle socket);
}
