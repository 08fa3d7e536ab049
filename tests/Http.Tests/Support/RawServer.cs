using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Jumpgate.Http.Tests.Support;

/// <summary>A server on loopback that records every byte and answers as its script says.</summary>
internal sealed class RawServer : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly ConcurrentQueue<RawConnection> _connections = new();
    private readonly ConcurrentQueue<Task> _served = new();
    private readonly Func<RawConnection, Task> _script;

    public RawServer(Func<RawConnection, Task> script)
    {
        _script = script;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _ = AcceptAsync();
    }

    /// <summary>Answers every request; the answer's body names its target.</summary>
    public static RawServer Naming() => Answering(request => Text(request.Target));

    public static RawServer Answering(Func<RawMessage, string> answer) => new(async connection =>
    {
        while (await connection.ReadMessageAsync() is { } request)
        {
            await connection.SendAsync(answer(request));
        }
    });

    public static string Text(string body) => $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}";

    public IPEndPoint Address => (IPEndPoint)_listener.LocalEndPoint!;

    public IReadOnlyCollection<RawConnection> Connections => _connections;

    /// <summary>Every byte of every connection.</summary>
    public string Received => string.Concat(_connections.Select(c => c.Received));

    /// <summary>
    /// Waits until every connection so far is at its end, so that <see cref="Received"/> is all there will be.
    /// </summary>
    public async Task FinishAsync()
    {
        foreach (var served in _served)
        {
            await served.Within();
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        foreach (var connection in _connections)
        {
            connection.Dispose();
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var connection = new RawConnection(await _listener.AcceptAsync());
                _connections.Enqueue(connection);
                // Known before it runs, so that FinishAsync cannot miss it.
                _served.Enqueue(Task.Run(() => ServeAsync(connection)));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private async Task ServeAsync(RawConnection connection)
    {
        try
        {
            await _script(connection);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or Xunit.Sdk.XunitException)
        {
            // The filter reset the connection, or ended it within a message: what arrived is recorded.
        }
        finally
        {
            connection.Dispose();
        }
    }
}
