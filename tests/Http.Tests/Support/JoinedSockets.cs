using System.Runtime.InteropServices;
using Jumpgate.Connections.Sockets;

namespace Jumpgate.Http.Tests.Support;

/// <summary>
/// Of the sockets of one connection, in the order in which they are asked about, one has joined; no lane opens.
/// </summary>
internal sealed class JoinedSockets(int joined) : ILaneOpener
{
    private readonly List<SafeHandle> _asked = [];

    public ILane? TryOpen(TcpChannel client, TcpChannel server) => null;

    public ValueTask<SocketPacing> PaceAsync(SafeHandle socket)
    {
        lock (_asked)
        {
            if (!_asked.Contains(socket))
            {
                _asked.Add(socket);
            }

            return new(new SocketPacing(_asked.IndexOf(socket) == joined, null));
        }
    }
}
