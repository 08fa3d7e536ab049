using System.Net.Sockets;

namespace Jumpgate.Connections;

/// <summary>Waiting for bytes without a buffer to put them into.</summary>
internal static class SocketReadiness
{
    /// <summary>
    /// Where waiting peeks at one byte; nobody reads it, so all share it. A receive of no bytes, which waits too on other
    /// sockets, returns at once on those that have joined a sockmap (tcp_bpf_recvmsg).
    /// </summary>
    private static readonly Memory<byte> PeekedByte = new byte[1];

    /// <summary>Completes where there is something to read, or the end.</summary>
    public static ValueTask<int> WaitReadableAsync(this Socket socket) =>
        socket.ReceiveAsync(PeekedByte, SocketFlags.Peek);
}
