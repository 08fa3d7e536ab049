using System.Net;
using System.Net.Sockets;
using Jumpgate.EndToEnd.Tests.Support;

namespace Jumpgate.EndToEnd.Tests.Lanes;

/// <summary>A server in the workload <c>server</c> that does to each connection what the test says.</summary>
internal sealed class WireServer : IDisposable
{
    public const int Port = 8090;
    private readonly Socket _listener;
    private readonly Func<Wire, Task> _serve;
    private int _accepted;

    /// <param name="serve">Disconnects may end it; anything else is kept for the test.</param>
    /// <param name="prepare">Sets options of the listening socket.</param>
    public WireServer(Scene scene, Func<Wire, Task> serve, Action<Socket>? prepare = null, int port = Port)
    {
        _serve = serve;
        Address = new IPEndPoint(scene.Lab["server"].Address(false), port);
        _listener = scene.InNamespace("server")(() =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            prepare?.Invoke(socket);
            socket.Bind(new IPEndPoint(IPAddress.Any, port));
            socket.Listen(1024);
            return socket;
        });
        _ = AcceptAsync();
    }

    public IPEndPoint Address { get; }

    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>Answers every request with the six bytes that all servers have.</summary>
    public static Task HelloAsync(Wire wire) => wire.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello\n");

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptAsync();
                socket.NoDelay = true;
                Interlocked.Increment(ref _accepted);
                _ = ServeAsync(socket);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using var wire = new Wire(socket);
        try
        {
            await _serve(wire);
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException
            or OperationCanceledException)
        {
            // The connection is gone.
        }
    }
}
