using System.Net;
using System.Net.Sockets;
using System.Text;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Conformance;

/// <summary>One client connection: what it sends and receives is bytes, well-formed or not.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[65536];
    private string _unread = string.Empty;

    private RawClient(Socket socket) => _socket = socket;

    public EndPoint Address => _socket.LocalEndPoint!;

    public static async Task<RawClient> ConnectAsync(Func<Func<Socket>, Socket> inNamespace, IPEndPoint to)
    {
        using var timer = new CancellationTokenSource(Wait.Patience);
        var socket =
            inNamespace(() => new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true });
        try
        {
            await socket.ConnectAsync(to, timer.Token);
            return new RawClient(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <param name="request">Characters are bytes (Latin-1).</param>
    public async Task<(string Head, string Body)> AskAsync(string request)
    {
        using var timer = new CancellationTokenSource(Wait.Patience);
        await _socket.SendAsync(Encoding.Latin1.GetBytes(request), timer.Token);
        var hasBody = !request.StartsWith("HEAD ", StringComparison.Ordinal);
        string head, body;
        while (!HttpText.TryTakeMessage(ref _unread, out head, out body, hasBody))
        {
            var count = await _socket.ReceiveAsync(_buffer.AsMemory(), timer.Token);
            if (count == 0)
            {
                throw new IOException($"the connection was closed before an answer; there is '{_unread}'");
            }

            _unread += Encoding.Latin1.GetString(_buffer, 0, count);
        }

        return (head, body);
    }

    /// <summary>Waits for the end of the connection; what came before it.</summary>
    public async Task<string> ReadToEndAsync()
    {
        using var timer = new CancellationTokenSource(Wait.Patience);
        for (var count = 1; count > 0;)
        {
            count = await _socket.ReceiveAsync(_buffer.AsMemory(), timer.Token);
            _unread += Encoding.Latin1.GetString(_buffer, 0, count);
        }

        return _unread;
    }

    public void Dispose() => _socket.Dispose();
}
