using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Jumpgate.Http.Tests.Support;

/// <summary>
/// A socket whose user writes and reads HTTP byte for byte (as Latin-1), and which keeps every byte received.
/// </summary>
internal sealed class RawConnection(Socket socket) : IDisposable
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly List<byte> _received = [];
    private readonly Lock _lock = new();
    private int _position;

    public Socket Socket { get; } = socket;

    /// <summary>Everything received so far, read or not.</summary>
    public string Received
    {
        get
        {
            lock (_lock)
            {
                return Encoding.Latin1.GetString([.. _received]);
            }
        }
    }

    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await Socket.SendAsync(bytes).AsTask().Within()..];
        }
    }

    public void FinishSending() => Socket.Shutdown(SocketShutdown.Send);

    public void Reset()
    {
        Socket.LingerState = new LingerOption(true, 0);
        Socket.Dispose();
    }

    /// <returns>The head with its empty line; null at the end of the stream.</returns>
    public async Task<string?> ReadHeadAsync()
    {
        while (true)
        {
            var text = Unread();
            var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end >= 0)
            {
                return Take(end + 4);
            }

            if (await FillAsync() == 0)
            {
                Assert.Equal(string.Empty, text);
                return null;
            }
        }
    }

    public async Task<string> ReadExactAsync(int count)
    {
        while (Available < count)
        {
            Assert.True(await FillAsync() > 0, $"ended after {Available} of {count} bytes");
        }

        return Take(count);
    }

    /// <summary>Reads a chunked body as it stands on the wire, its trailers and the last empty line included.</summary>
    public async Task<string> ReadChunkedAsync()
    {
        var result = new StringBuilder();
        while (true)
        {
            var line = await ReadLineAsync();
            result.Append(line);
            var size = int.Parse(line.Split(';', '\r')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (size > 0)
            {
                result.Append(await ReadExactAsync(size + 2));
                continue;
            }

            do
            {
                line = await ReadLineAsync();
                result.Append(line);
            }
            while (line != "\r\n");
            return result.ToString();
        }
    }

    /// <summary>Reads one message: head and the body that Content-Length or chunks frame.</summary>
    public async Task<RawMessage?> ReadMessageAsync(bool bodiless = false)
    {
        if (await ReadHeadAsync() is not { } head)
        {
            return null;
        }

        var body = string.Empty;
        if (!bodiless && head.Contains("\r\nTransfer-Encoding: chunked\r\n", StringComparison.OrdinalIgnoreCase))
        {
            body = await ReadChunkedAsync();
        }
        else if (!bodiless && RawMessage.HeaderOf(head, "Content-Length") is { } length)
        {
            body = await ReadExactAsync(int.Parse(length, CultureInfo.InvariantCulture));
        }

        return new RawMessage(head, body);
    }

    /// <summary>What has arrived already behind what was read.</summary>
    public string TakeBuffered() => Take(Available);

    public async Task<string> ReadToEndAsync()
    {
        while (await FillAsync() > 0)
        {
        }

        return Take(Available);
    }

    public void Dispose() => Socket.Dispose();

    private int Available
    {
        get
        {
            lock (_lock)
            {
                return _received.Count - _position;
            }
        }
    }

    private async Task<string> ReadLineAsync()
    {
        while (true)
        {
            var end = Unread().IndexOf("\r\n", StringComparison.Ordinal);
            if (end >= 0)
            {
                return Take(end + 2);
            }

            Assert.True(await FillAsync() > 0, "ended within a line");
        }
    }

    private string Unread()
    {
        lock (_lock)
        {
            return Encoding.Latin1.GetString([.. _received.Skip(_position)]);
        }
    }

    private string Take(int count)
    {
        lock (_lock)
        {
            var text = Encoding.Latin1.GetString([.. _received.GetRange(_position, count)]);
            _position += count;
            return text;
        }
    }

    private async Task<int> FillAsync()
    {
        var count = await Socket.ReceiveAsync(_buffer.AsMemory()).AsTask().Within();
        lock (_lock)
        {
            _received.AddRange(_buffer.AsSpan(0, count));
        }

        return count;
    }
}
