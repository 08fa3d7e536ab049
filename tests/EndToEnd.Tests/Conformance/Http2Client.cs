using System.Net;
using System.Net.Sockets;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Conformance;

/// <summary>An HTTP/2 client in a workload's namespace that counts its connections.</summary>
internal sealed class Http2Client : IDisposable
{
    private int _connections;

    public Http2Client(Func<Func<Socket>, Socket> inNamespace, IPEndPoint to)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            ActivityHeadersPropagator = null,
            ConnectCallback = async (_, token) =>
            {
                Interlocked.Increment(ref _connections);
                var socket = inNamespace(() =>
                    new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true });
                try
                {
                    await socket.ConnectAsync(to, token);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        };
        Client = new HttpClient(handler) { Timeout = Wait.Patience };
    }

    public HttpClient Client { get; }

    public int Connections => Volatile.Read(ref _connections);

    public void Dispose() => Client.Dispose();
}
