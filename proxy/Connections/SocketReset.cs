using System.Net.Sockets;

namespace Jumpgate.Connections;

internal static class SocketReset
{
    /// <summary>
    /// Closes with a reset instead of a FIN: the other side learns at once that nothing more comes or is read.
    /// </summary>
    public static void Reset(this Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Already closed.
        }

        socket.Dispose();
    }

    /// <summary>What a socket operation throws when the network, the peer or an abort ends it.</summary>
    public static bool IsDisconnect(this Exception exception) =>
        exception is SocketException or ObjectDisposedException or OperationCanceledException;
}
