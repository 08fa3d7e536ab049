using System.Net.Sockets;

namespace Jumpgate.Http.Connections;

/// <summary>Makes lanes for one connection of a client.</summary>
public interface ILaneOpener
{
    /// <summary>Null where the sockets have not joined, the rules cannot be decided in the kernel, or there is no room: the
    /// proxy decides everything then.</summary>
    ILane? TryOpen(Socket client, Socket server);
}
