using System.Net.Sockets;
using Jumpgate.Bpf.Netlink;

namespace Jumpgate.Testing;

/// <summary>HTTP clients whose connections come from a namespace.</summary>
public static class NetnsHttpClient
{
    /// <summary>A client with its own connections. Targets are addresses: nothing is resolved.</summary>
    public static HttpClient Create(NetworkNamespace networkNamespace)
    {
        ArgumentNullException.ThrowIfNull(networkNamespace);
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            ConnectCallback = async (context, cancellationToken) =>
            {
                var host = context.DnsEndPoint.Host.Trim('[', ']');
                var address = System.Net.IPAddress.Parse(host);
                var socket = networkNamespace.Run(
                    () => new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true });
                try
                {
                    await socket.ConnectAsync(address, context.DnsEndPoint.Port, cancellationToken);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        };
        return new HttpClient(handler) { Timeout = Wait.Patience };
    }
}
