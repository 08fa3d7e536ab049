using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Support;

/// <summary>One client connection that speaks raw HTTP/1.1.</summary>
internal sealed class HttpPeer : IDisposable
{
    private readonly byte[] _buffer = new byte[65536];
    private string _unread = string.Empty;

    private HttpPeer(Socket socket) => Socket = socket;

    public Socket Socket { get; }

    /// <exception cref="OperationCanceledException">Nobody answered within <paramref name="limit"/>: the SYN was
    /// dropped.</exception>
    public static async Task<HttpPeer> ConnectAsync(
        Func<Func<Socket>, Socket> inNamespace, IPEndPoint to, TimeSpan? limit = null)
    {
        var socket =
            inNamespace(() => new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true });
        using var timer = new CancellationTokenSource(limit ?? Wait.Patience);
        try
        {
            await socket.ConnectAsync(to, timer.Token);
            return new HttpPeer(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public async Task<(int Status, string Body)> AskAsync(string requestLine, string headers = "")
    {
        using var timer = new CancellationTokenSource(Wait.Patience);
        await Socket.SendAsync(
            Encoding.Latin1.GetBytes($"{requestLine} HTTP/1.1\r\nHost: server\r\n{headers}\r\n"), timer.Token);
        while (true)
        {
            var end = _unread.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end >= 0)
            {
                var head = _unread[..end];
                var at = head.IndexOf("Content-Length: ", StringComparison.OrdinalIgnoreCase) + 16;
                var digits = new string([.. head[at..].TakeWhile(char.IsAsciiDigit)]);
                var length = int.Parse(digits, CultureInfo.InvariantCulture);
                if (_unread.Length >= end + 4 + length)
                {
                    var body = _unread.Substring(end + 4, length);
                    _unread = _unread[(end + 4 + length)..];
                    return (int.Parse(head.AsSpan(9, 3), CultureInfo.InvariantCulture), body);
                }
            }

            var count = await Socket.ReceiveAsync(_buffer.AsMemory(), timer.Token);
            if (count == 0)
            {
                throw new IOException("the connection was closed before an answer");
            }

            _unread += Encoding.Latin1.GetString(_buffer, 0, count);
        }
    }

    public void Dispose() => Socket.Dispose();
}
