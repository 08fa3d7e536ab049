using System.Net;
using System.Net.Sockets;
using Jumpgate.Connections.Sockets;
using Jumpgate.Http.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.Http.Tests.Sockets;

/// <summary>Channels on the loopback, and what a test does with one.</summary>
internal static class Channels
{
    public static Task<TcpChannel> ConnectAsync(
        IPEndPoint to, TimeSpan? timeout = null, bool mayJoin = false, CancellationToken cancellation = default) =>
        TcpSocket.Create(to.AddressFamily)
            .ConnectAsync(to, mayJoin, timeout ?? Wait.Patience, cancellation).AsTask();

    public static async Task<(TcpChannel Channel, Socket Other)> PairAsync(bool mayJoin = false)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var channel = await ConnectAsync((IPEndPoint)listener.LocalEndPoint!, mayJoin: mayJoin).Within();
        return (channel, await listener.AcceptAsync().Within());
    }

    public static async Task<int> ReceiveAsync(TcpChannel channel, Memory<byte> buffer)
    {
        while (true)
        {
            if (channel.TryReceive(buffer.Span) is var count and not TcpChannel.WouldBlock)
            {
                return count;
            }

            await channel.WaitReadableAsync();
        }
    }
}
