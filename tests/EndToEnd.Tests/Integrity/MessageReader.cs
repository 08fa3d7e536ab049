using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Jumpgate.EndToEnd.Tests.Integrity;

/// <summary>A head: its first line and fields.</summary>
internal sealed record MessageHead(string Line, IReadOnlyDictionary<string, string> Fields)
{
    public string this[string name] =>
        Fields.GetValueOrDefault(name) ?? throw new IntegrityException($"no {name} after '{Line}'");
}

/// <summary>Reads messages off a socket, comparing each body with the one to be, as it comes.</summary>
internal sealed class MessageReader(Socket socket)
{
    private byte[] _buffer = new byte[16 * 1024];
    private int _start;
    private int _end;

    /// <summary>Bytes read and not used.</summary>
    public ReadOnlySpan<byte> Unread => _buffer.AsSpan(_start, _end - _start);

    public bool HasWholeHead => Unread.IndexOf("\r\n\r\n"u8) >= 0;

    /// <returns>Null at the end of the stream.</returns>
    /// <exception cref="EndOfStreamException">The end came within a head.</exception>
    public async Task<MessageHead?> ReadHeadAsync()
    {
        int length;
        while ((length = Unread.IndexOf("\r\n\r\n"u8)) < 0)
        {
            if (Unread.Length > 8192)
            {
                throw new IntegrityException($"a head without an end: {Show()}");
            }

            if (await FillAsync() == 0)
            {
                return Unread.IsEmpty ? null : throw new EndOfStreamException("the end within a head");
            }
        }

        var lines = Encoding.Latin1.GetString(Unread[..length]).Split("\r\n");
        if (!lines[0].Contains("HTTP/1.1", StringComparison.Ordinal) || lines.Any(l => l.Any(c => c is < ' ' or > '~')))
        {
            throw new IntegrityException($"no head: {Show()}");
        }

        _start += length + 4;
        var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in lines.Skip(1))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 1 || !fields.TryAdd(line[..colon], line[(colon + 1)..].Trim()))
            {
                throw new IntegrityException($"no field, or one twice: '{line}' after '{lines[0]}'");
            }
        }

        return new MessageHead(lines[0], fields);
    }

    /// <summary>Reads a body that is known beforehand.</summary>
    public async Task ReadBodyAsync(MessageHead head, ReadOnlyMemory<byte> expected)
    {
        if (head.Fields.GetValueOrDefault("Transfer-Encoding") == "chunked")
        {
            var at = 0;
            for (int size; (size = await ReadChunkSizeAsync()) > 0; at += size)
            {
                if (size > expected.Length - at)
                {
                    throw new IntegrityException(
                        $"a chunk of {size} at {at} of {expected.Length}, after '{head.Line}'");
                }

                await CompareAsync(head, expected, at, size);
                await SkipLineEndAsync();
            }

            Check(at == expected.Length, $"{at} bytes in chunks, of {expected.Length}, after '{head.Line}'");
            for (string line; (line = await ReadLineAsync(100)).Length > 0;)
            {
                Check(line is "X-Trailer: 1" or "X-Other: 2", $"no trailer: '{line}', {Show()}");
            }

            return;
        }

        var length = head.Fields.GetValueOrDefault("Content-Length");
        Check(
            length == expected.Length.ToString(CultureInfo.InvariantCulture),
            $"length {length} of {expected.Length} after '{head.Line}'");
        await CompareAsync(head, expected, 0, expected.Length);
    }

    /// <summary>The end of the stream has to come next.</summary>
    public async Task ExpectEndAsync() =>
        Check(Unread.IsEmpty && await FillAsync() == 0, $"bytes that nobody sent: {Show()}");

    public async ValueTask<int> FillAsync()
    {
        if (_start == _end)
        {
            _start = _end = 0;
        }
        else if (_end == _buffer.Length)
        {
            Unread.CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        var count = await socket.ReceiveAsync(_buffer.AsMemory(_end));
        _end += count;
        return count;
    }

    private static void Check(bool holds, string message)
    {
        if (!holds)
        {
            throw new IntegrityException(message);
        }
    }

    private async Task CompareAsync(MessageHead head, ReadOnlyMemory<byte> expected, int at, int count)
    {
        for (var last = at + count; at < last;)
        {
            if (Unread.IsEmpty && await FillAsync() == 0)
            {
                throw new EndOfStreamException($"the end at byte {at} of {expected.Length}");
            }

            var part = Math.Min(last - at, Unread.Length);
            var same = Unread[..part].CommonPrefixLength(expected.Span.Slice(at, part));
            if (same < part)
            {
                _start += same;
                throw new IntegrityException(
                    $"byte {at + same} of {expected.Length} is wrong after '{head.Line}': {Show()}");
            }

            at += part;
            _start += part;
        }
    }

    private async Task<int> ReadChunkSizeAsync()
    {
        var text = await ReadLineAsync(20);
        Check(
            int.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var size),
            $"no chunk size: '{text}', {Show()}");
        return size;
    }

    private async Task<string> ReadLineAsync(int limit)
    {
        int length;
        while ((length = Unread.IndexOf("\r\n"u8)) < 0)
        {
            Check(Unread.Length < limit, $"no line: {Show()}");
            await FillOrBreakAsync();
        }

        var text = Encoding.Latin1.GetString(Unread[..length]);
        _start += length + 2;
        return text;
    }

    private async Task SkipLineEndAsync()
    {
        while (Unread.Length < 2)
        {
            await FillOrBreakAsync();
        }

        Check(Unread.StartsWith("\r\n"u8), $"no line end: {Show()}");
        _start += 2;
    }

    private async Task FillOrBreakAsync()
    {
        if (await FillAsync() == 0)
        {
            throw new EndOfStreamException("the end within a chunk");
        }
    }

    private string Show() => Encoding.Latin1.GetString(Unread[..Math.Min(Unread.Length, 300)])
        .ReplaceLineEndings("\\n");
}
