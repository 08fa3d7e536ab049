using Jumpgate.Http.Connections;

namespace Jumpgate.Http.Http1;

/// <summary>Reads a body that goes nowhere, so that the next request on the connection can be found.</summary>
internal static class BodyDrain
{
    /// <returns>False where its end was not found, or is more than <see cref="HttpFilterOptions.MaxDrainBytes"/>
    /// away.</returns>
    public static async ValueTask<bool> TryRunAsync(
        SocketInput from, MessageFraming framing, HttpFilterOptions options) =>
        framing.Kind switch
        {
            BodyKind.None => true,
            BodyKind.Length => framing.Length <= options.MaxDrainBytes && await TrySkipAsync(from, framing.Length),
            BodyKind.Chunked => await TrySkipChunksAsync(from, options),
            _ => false,
        };

    private static async ValueTask<bool> TrySkipChunksAsync(SocketInput from, HttpFilterOptions options)
    {
        long budget = options.MaxDrainBytes;
        var inTrailers = false;
        while (true)
        {
            var (line, result) = await BodyPump.ReadLineAsync(from, null, options.MaxChunkLineBytes);
            var size = 0L;
            if (result != BodyResult.Complete || (inTrailers
                ? line > 0 && !BodyPump.IsGoodTrailer(from.Unread[..line])
                : !BodyPump.TryReadSize(from.Unread[..line], out size)))
            {
                return false;
            }

            from.Consume(line + 2);
            if (inTrailers && line == 0)
            {
                return true;
            }

            inTrailers |= size == 0;
            budget -= line + 2 + size;
            if (budget < 0 || (size > 0 && !(await TrySkipAsync(from, size) && await TrySkipLineEndAsync(from))))
            {
                return false;
            }
        }
    }

    private static async ValueTask<bool> TrySkipAsync(SocketInput from, long count)
    {
        while (count > 0)
        {
            if (from.IsEmpty && await from.FillAsync() == 0)
            {
                return false;
            }

            var part = (int)Math.Min(count, from.Unread.Length);
            from.Consume(part);
            count -= part;
        }

        return true;
    }

    private static async ValueTask<bool> TrySkipLineEndAsync(SocketInput from)
    {
        var (_, result) = await BodyPump.ReadLineAsync(from, null, 0);
        if (result != BodyResult.Complete)
        {
            return false;
        }

        from.Consume(2);
        return true;
    }
}
