using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Jumpgate.EndToEnd.Tests.Conformance;

/// <summary>
/// Listens on many ports in a workload's namespace, answers 200, and remembers every head byte for byte under the
/// address that sent it: the proxy keeps the client's own address and port, so a client finds what became of its
/// requests.
/// </summary>
internal sealed class RecordingServer : IDisposable
{
    private readonly ConcurrentDictionary<string, ConcurrentQueue<string>> _heads = new();
    private readonly List<Socket> _listeners = [];

    public RecordingServer(Func<Func<Socket>, Socket> inNamespace, IEnumerable<int> ports)
    {
        foreach (var port in ports)
        {
            var listener = inNamespace(() =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(IPAddress.Any, port));
                socket.Listen(16);
                return socket;
            });
            _listeners.Add(listener);
            _ = AcceptAsync(listener);
        }
    }

    /// <summary>Heads that came from this address, in order, each without its empty line.</summary>
    public IReadOnlyList<string> From(EndPoint client) => [.. _heads.GetValueOrDefault(client.ToString()!) ?? []];

    /// <summary>Ports are used again: what an earlier connection sent is not this one's.</summary>
    public void Forget(EndPoint client) => _heads.TryRemove(client.ToString()!, out _);

    public void Dispose() => _listeners.ForEach(l => l.Dispose());

    private async Task AcceptAsync(Socket listener)
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await listener.AcceptAsync());
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
        var peer = client.RemoteEndPoint!.ToString()!;
        var buffer = new byte[16384];
        var text = string.Empty;
        try
        {
            for (var count = 1; count > 0;)
            {
                count = await client.ReceiveAsync(buffer.AsMemory());
                text += Encoding.Latin1.GetString(buffer, 0, count);
                while (HttpText.TryTakeMessage(ref text, out var head, out _))
                {
                    _heads.GetOrAdd(peer, _ => new ConcurrentQueue<string>()).Enqueue(head);
                    var length = head.StartsWith("CONNECT ", StringComparison.Ordinal) ? "" : "Content-Length: 2\r\n";
                    var body = head.StartsWith("HEAD ", StringComparison.Ordinal) || length.Length == 0 ? "" : "ok";
                    await client.SendAsync(Encoding.Latin1.GetBytes($"HTTP/1.1 200 OK\r\n{length}\r\n{body}"));
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The client has gone.
        }
    }
}
