using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Jumpgate.EndToEnd.Tests.Support;

/// <summary>
/// A small HTTP/1.1 server in a workload's namespace: answers every request with the peer it saw and the request line.
/// </summary>
internal sealed class TextServer : IDisposable
{
    private readonly Socket _listener;
    private int _accepted;
    private int _requests;

    public TextServer(Func<Func<Socket>, Socket> inNamespace, IPAddress address, int port)
    {
        _listener = inNamespace(() =>
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen(1024);
            return socket;
        });
        _ = AcceptAsync();
    }

    public int Accepted => Volatile.Read(ref _accepted);

    public int Requests => Volatile.Read(ref _requests);

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptAsync();
                Interlocked.Increment(ref _accepted);
                _ = ServeAsync(client);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var owned = client;
        var buffer = new byte[16384];
        var text = new StringBuilder();
        try
        {
            while (true)
            {
                var count = await client.ReceiveAsync(buffer.AsMemory());
                if (count == 0)
                {
                    return;
                }

                text.Append(Encoding.Latin1.GetString(buffer, 0, count));
                for (var end = IndexOfEnd(text); end >= 0; end = IndexOfEnd(text))
                {
                    Interlocked.Increment(ref _requests);
                    var line = text.ToString(0, text.ToString().IndexOf('\r', StringComparison.Ordinal));
                    text.Remove(0, end + 4);
                    var body = $"peer={client.RemoteEndPoint};{line}";
                    await client.SendAsync(Encoding.Latin1.GetBytes(
                        $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}"));
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The client has gone.
        }
    }

    private static int IndexOfEnd(StringBuilder text) => text.ToString().IndexOf("\r\n\r\n", StringComparison.Ordinal);
}
