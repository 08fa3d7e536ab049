using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Lanes;

/// <summary>
/// One end of a connection that speaks HTTP/1.1 by hand: a raw client, or what a raw server has accepted.
/// </summary>
internal sealed class Wire(Socket socket) : IDisposable
{
    private readonly byte[] _buffer = new byte[65536];
    private int _start;
    private int _end;

    public Socket Socket { get; } = socket;

    public static async Task<Wire> ConnectAsync(Scene scene, IPEndPoint to)
    {
        var socket = scene.InNamespace("client")(
            () => new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true });
        try
        {
            using var timer = new CancellationTokenSource(Wait.Patience);
            await socket.ConnectAsync(to, timer.Token);
            return new Wire(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public static string Request(string target, string method = "GET", string headers = "") =>
        $"{method} {target} HTTP/1.1\r\nHost: server\r\n{headers}\r\n";

    /// <summary>Sends one write.</summary>
    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    /// <summary>Sends all of it, however many writes that takes.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        using var timer = new CancellationTokenSource(Wait.Patience);
        while (bytes.Length > 0)
        {
            bytes = bytes[await Socket.SendAsync(bytes, timer.Token)..];
        }
    }

    /// <summary>The next head without its empty line; null where the connection ended first.</summary>
    public async Task<string?> ReadHeadAsync()
    {
        while (true)
        {
            var at = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n\r\n"u8);
            if (at >= 0)
            {
                var head = Encoding.Latin1.GetString(_buffer, _start, at);
                _start += at + 4;
                return head;
            }

            if (!await FillAsync())
            {
                return _start == _end ? null : throw new IOException("the connection ended within a head");
            }
        }
    }

    /// <summary>The next line without its CRLF.</summary>
    public async Task<string> ReadLineAsync()
    {
        int length;
        while ((length = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n"u8)) < 0)
        {
            if (!await FillAsync())
            {
                throw new IOException("the connection ended within a line");
            }
        }

        var line = Encoding.Latin1.GetString(_buffer, _start, length);
        _start += length + 2;
        return line;
    }

    /// <summary>The next bytes, passed on as they come.</summary>
    public async Task ReadAsync(long count, Action<ReadOnlySpan<byte>>? take = null)
    {
        while (count > 0)
        {
            if (_start == _end && !await FillAsync())
            {
                throw new IOException($"the connection ended {count} bytes early");
            }

            var part = (int)Math.Min(count, _end - _start);
            take?.Invoke(_buffer.AsSpan(_start, part));
            _start += part;
            count -= part;
        }
    }

    /// <summary>A chunked body to its end: sizes that are plain digits, no extensions.</summary>
    public async Task ReadChunksAsync(Action<ReadOnlySpan<byte>> take)
    {
        while (int.Parse(await ReadLineAsync(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) is > 0
            and var size)
        {
            await ReadAsync(size, take);
            if (await ReadLineAsync() is { Length: > 0 } line)
            {
                throw new IOException($"behind a chunk: {line}");
            }
        }

        while (await ReadLineAsync() is { Length: > 0 })
        {
        }
    }

    /// <summary>Everything until it ends, or is reset.</summary>
    public async Task<string> ReadToEndAsync()
    {
        var text = new StringBuilder();
        do
        {
            text.Append(Encoding.Latin1.GetString(_buffer, _start, _end - _start));
            _start = _end;
        }
        while (!await EndsAsync());
        return text.ToString();
    }

    /// <summary>The next response, framed by its Content-Length.</summary>
    public async Task<(int Status, string Body)> ReadResponseAsync(bool toHead = false)
    {
        var head = await ReadHeadAsync() ?? throw new IOException("the connection ended before a response");
        var body = new StringBuilder();
        await ReadAsync(toHead ? 0 : ContentLength(head), part => body.Append(Encoding.Latin1.GetString(part)));
        return (int.Parse(head.AsSpan(9, 3), CultureInfo.InvariantCulture), body.ToString());
    }

    public async Task<(int Status, string Body)> AskAsync(string request)
    {
        await SendAsync(request);
        return await ReadResponseAsync();
    }

    /// <summary>True where it ends (or is reset) now, without another byte.</summary>
    public async Task<bool> EndsAsync()
    {
        try
        {
            return _start == _end && !await FillAsync();
        }
        catch (SocketException)
        {
            return true;
        }
    }

    /// <summary>Ends it with a reset.</summary>
    public void Reset()
    {
        Socket.LingerState = new LingerOption(true, 0);
        Socket.Dispose();
    }

    public void Dispose() => Socket.Dispose();

    public static long ContentLength(string head)
    {
        var line = head.Split("\r\n")
            .FirstOrDefault(l => l.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
        return line is null
            ? 0 : long.Parse(line.AsSpan(15), NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture);
    }

    private async Task<bool> FillAsync()
    {
        if (_start == _end)
        {
            _start = _end = 0;
        }
        else if (_end == _buffer.Length)
        {
            Buffer.BlockCopy(_buffer, _start, _buffer, 0, _end - _start);
            (_start, _end) = (0, _end - _start);
        }

        using var timer = new CancellationTokenSource(Wait.Patience);
        var count = await Socket.ReceiveAsync(_buffer.AsMemory(_end), timer.Token);
        _end += count;
        return count > 0;
    }
}
