using System.Globalization;
using Jumpgate.Connections.Sockets;
using Jumpgate.Http.Connections;

namespace Jumpgate.Http.Http1;

internal enum BodyResult
{
    Complete,
    /// <summary>The sender ended the connection in the middle.</summary>
    Truncated,
    /// <summary>Chunked framing that is not exactly as RFC 9112 section 7.1 writes it.</summary>
    Malformed,
}

/// <summary>
/// Moves one body, as it comes, from one connection to the other. Chunks are written anew: what the receiver frames is
/// what was read here, without extensions.
/// </summary>
internal static class BodyPump
{
    /// <param name="from">Whose body it is.</param>
    /// <param name="to">Who gets it, behind what is written already.</param>
    /// <param name="framing">Where it ends.</param>
    /// <param name="writeChunks">The receiver is told of chunks.</param>
    /// <param name="options">Limits.</param>
    /// <param name="maySplice">Neither of the two sockets has joined.</param>
    public static async Task<BodyResult> RunAsync(
        SocketInput from,
        SocketOutput to,
        MessageFraming framing,
        bool writeChunks,
        HttpFilterOptions options,
        bool maySplice = false)
    {
        switch (framing.Kind)
        {
            case BodyKind.None:
                await to.FlushAsync();
                return BodyResult.Complete;
            case BodyKind.Length:
                return await MoveAsync(from, to, framing.Length, maySplice)
                    ? BodyResult.Complete : BodyResult.Truncated;
            case BodyKind.UntilClose:
                await MoveAsync(from, to, long.MaxValue, maySplice: false);
                return BodyResult.Complete;
            default:
                return await MoveChunksAsync(
                    from, to, writeChunks, options, new ChunkPosition(ChunkPart.Size, 0), maySplice);
        }
    }

    /// <summary>The rest of a chunked body, whose beginning the receiver has from somebody else.</summary>
    public static Task<BodyResult> ContinueAsync(
        SocketInput from, SocketOutput to, ChunkPosition position, HttpFilterOptions options) =>
        MoveChunksAsync(from, to, writeChunks: true, options, position, maySplice: false);

    /// <returns>False where the stream ended before <paramref name="length"/> bytes.</returns>
    private static async Task<bool> MoveAsync(SocketInput from, SocketOutput to, long length, bool maySplice)
    {
        while (length > 0)
        {
            if (from.IsEmpty)
            {
                await to.FlushAsync();
                if (maySplice && length >= TcpChannel.LeastSpliced)
                {
                    var count = await from.PassAsync(to.Channel, length);
                    length -= count;
                    if (count == 0)
                    {
                        return false;
                    }

                    continue;
                }

                if (await from.FillAsync() == 0)
                {
                    return false;
                }
            }

            var available = from.UnreadMemory;
            var part = available[..(int)Math.Min(available.Length, length)];
            await to.SendAsync(part);
            from.Consume(part.Length);
            length -= part.Length;
        }

        await to.FlushAsync();
        return true;
    }

    private static async Task<BodyResult> MoveChunksAsync(
        SocketInput from, SocketOutput to, bool writeChunks, HttpFilterOptions options, ChunkPosition position,
        bool maySplice)
    {
        var (part, left) = position;
        while (part != ChunkPart.Trailer)
        {
            int line;
            BodyResult result;
            if (part == ChunkPart.Size)
            {
                (line, result) = await ReadLineAsync(from, to, options.MaxChunkLineBytes);
                if (result != BodyResult.Complete)
                {
                    return result;
                }

                if (!TryReadSize(from.Unread[..line], out left))
                {
                    return BodyResult.Malformed;
                }

                from.Consume(line + 2);
                if (writeChunks)
                {
                    to.Write(left.ToString("x", CultureInfo.InvariantCulture).AsSpan());
                    to.Write("\r\n"u8);
                }

                if (left == 0)
                {
                    break;
                }
            }

            if (part != ChunkPart.DataEnd && !await MoveAsync(from, to, left, maySplice))
            {
                return BodyResult.Truncated;
            }

            (line, result) = await ReadLineAsync(from, to, 0);
            if (result != BodyResult.Complete)
            {
                return result;
            }

            from.Consume(2);
            if (writeChunks)
            {
                to.Write("\r\n"u8);
            }

            part = ChunkPart.Size;
        }

        return await MoveTrailersAsync(from, to, writeChunks, options);
    }

    private static async Task<BodyResult> MoveTrailersAsync(
        SocketInput from, SocketOutput to, bool writeChunks, HttpFilterOptions options)
    {
        var budget = options.MaxChunkLineBytes;
        while (true)
        {
            var (line, result) = await ReadLineAsync(from, to, budget);
            if (result != BodyResult.Complete)
            {
                return result;
            }

            budget -= line;
            if (line > 0 && !IsGoodTrailer(from.Unread[..line]))
            {
                return BodyResult.Malformed;
            }

            if (writeChunks)
            {
                to.Write(from.Unread[..(line + 2)]);
            }

            from.Consume(line + 2);
            if (line == 0)
            {
                await to.FlushAsync();
                return BodyResult.Complete;
            }
        }
    }

    /// <summary>
    /// Waits for a line that ends in CRLF; its length is without them. Longer than <paramref name="limit"/> is
    /// malformed.
    /// </summary>
    public static async Task<(int Length, BodyResult Result)> ReadLineAsync(
        SocketInput from, SocketOutput? to, int limit)
    {
        while (true)
        {
            var end = from.Unread.IndexOf((byte)'\n');
            if (end == 0 || (end > 0 && from.Unread[end - 1] != '\r') || end - 1 > limit
                || (end < 0 && from.Unread.Length > limit + 1))
            {
                return (0, BodyResult.Malformed);
            }

            if (end > 0)
            {
                return (end - 1, BodyResult.Complete);
            }

            if (to is not null)
            {
                await to.FlushAsync();
            }

            if (await from.FillAsync() == 0)
            {
                return (0, BodyResult.Truncated);
            }
        }
    }

    /// <summary>1*HEXDIG, then nothing or an extension that begins with a semicolon.</summary>
    public static bool TryReadSize(ReadOnlySpan<byte> line, out long size)
    {
        size = 0;
        var digits = 0;
        while (digits < line.Length && char.IsAsciiHexDigit((char)line[digits]))
        {
            if (digits == 15)
            {
                return false;
            }

            size = (size << 4) + Convert.ToInt32(((char)line[digits]).ToString(), 16);
            digits++;
        }

        if (digits == 0)
        {
            return false;
        }

        var extension = line[digits..];
        if (extension.IsEmpty)
        {
            return true;
        }

        return extension[0] == ';' && extension.IndexOfAnyExceptInRange((byte)0x20, (byte)0x7e) < 0;
    }

    /// <summary>A trailer may not frame, route or authorise (RFC 9110 section 6.5.1).</summary>
    public static bool IsGoodTrailer(ReadOnlySpan<byte> line)
    {
        var colon = line.IndexOf((byte)':');
        if (colon <= 0)
        {
            return false;
        }

        var name = line[..colon];
        foreach (var b in line[colon..])
        {
            if ((b < 0x20 && b != '\t') || b == 0x7f)
            {
                return false;
            }
        }

        return HeaderFields.IsToken(name) && !HeaderFields.Same(name, "content-length"u8)
            && !HeaderFields.Same(name, "transfer-encoding"u8) && !HeaderFields.Same(name, "host"u8)
            && !HeaderFields.Same(name, "connection"u8) && !HeaderFields.Same(name, "upgrade"u8);
    }
}
