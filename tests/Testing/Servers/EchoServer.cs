using System.Net;
using System.Net.Sockets;
using Jumpgate.Bpf.Netlink;

namespace Jumpgate.Testing;

/// <summary>Sends back what it gets, over TCP (until the client closes its side) or UDP, from a namespace.</summary>
public sealed class EchoServer : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly Socket socket;
    private readonly Task serving;
    private int accepted;

    private EchoServer(Socket socket, bool isTcp)
    {
        this.socket = socket;
        EndPoint = (IPEndPoint)socket.LocalEndPoint!;
        serving = isTcp ? ServeTcpAsync() : ServeUdpAsync();
    }

    /// <summary>Where it listens; the port is a real one.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>TCP connections accepted, or UDP datagrams received.</summary>
    public int Accepted => Volatile.Read(ref accepted);

    /// <summary>Starts a TCP server; port 0 for any free one, IPv6Any accepts IPv4 too.</summary>
    public static EchoServer StartTcp(NetworkNamespace networkNamespace, IPEndPoint endPoint) =>
        Start(networkNamespace, endPoint, isTcp: true);

    /// <summary>Starts a UDP server; port 0 for any free one, IPv6Any accepts IPv4 too.</summary>
    public static EchoServer StartUdp(NetworkNamespace networkNamespace, IPEndPoint endPoint) =>
        Start(networkNamespace, endPoint, isTcp: false);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        socket.Dispose();
        await serving;
        stop.Dispose();
    }

    private static EchoServer Start(NetworkNamespace networkNamespace, IPEndPoint endPoint, bool isTcp)
    {
        ArgumentNullException.ThrowIfNull(networkNamespace);
        ArgumentNullException.ThrowIfNull(endPoint);
        var socket = networkNamespace.Run(() => new Socket(
            endPoint.AddressFamily,
            isTcp ? SocketType.Stream : SocketType.Dgram,
            isTcp ? ProtocolType.Tcp : ProtocolType.Udp));
        try
        {
            if (endPoint.Address.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = true;
            }

            socket.Bind(endPoint);
            if (isTcp)
            {
                socket.Listen();
            }

            return new EchoServer(socket, isTcp);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static bool IsOrdinaryEnd(Exception exception) =>
        exception is OperationCanceledException or SocketException or ObjectDisposedException;

    private async Task ServeTcpAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                var connection = await socket.AcceptAsync(stop.Token);
                Interlocked.Increment(ref accepted);
                connections.Add(EchoAsync(connection));
            }
        }
        catch (Exception exception) when (IsOrdinaryEnd(exception))
        {
        }

        await Task.WhenAll(connections);
    }

    private async Task EchoAsync(Socket connection)
    {
        using (connection)
        {
            try
            {
                var buffer = new byte[16 * 1024];
                int length;
                while ((length = await connection.ReceiveAsync(buffer, stop.Token)) > 0)
                {
                    var rest = buffer.AsMemory(0, length);
                    while (rest.Length > 0)
                    {
                        rest = rest[await connection.SendAsync(rest, stop.Token)..];
                    }
                }

                connection.Shutdown(SocketShutdown.Send);
            }
            catch (Exception exception) when (IsOrdinaryEnd(exception))
            {
            }
        }
    }

    private async Task ServeUdpAsync()
    {
        var buffer = new byte[64 * 1024];
        var any = new IPEndPoint(
            socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (true)
        {
            try
            {
                var received = await socket.ReceiveFromAsync(buffer, any, stop.Token);
                Interlocked.Increment(ref accepted);
                await socket.SendToAsync(
                    buffer.AsMemory(0, received.ReceivedBytes), received.RemoteEndPoint, stop.Token);
            }
            catch (SocketException) when (!stop.IsCancellationRequested)
            {
                // An ICMP error about an earlier answer: the next datagram is none the worse.
            }
            catch (Exception exception) when (IsOrdinaryEnd(exception))
            {
                return;
            }
        }
    }
}
