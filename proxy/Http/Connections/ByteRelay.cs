using System.Buffers;
using Jumpgate.Connections.Sockets;

namespace Jumpgate.Http.Connections;

/// <summary>
/// Bytes in both directions, nothing parsed. A half-close is passed on and the other direction goes on; a reset is
/// passed on as a reset. One buffer per direction, and only while bytes move: a slow reader slows its sender by TCP's
/// own window. A stream that has shown to be large is moved within the kernel.
/// </summary>
internal static class ByteRelay
{
    private const int BufferSize = 64 * 1024;

    /// <summary>So much in a row is a large stream.</summary>
    private const int Large = 256 * 1024;

    /// <summary>A stream that gives less at once is copied again.</summary>
    private const int LeastSpliced = 16 * 1024;
    private const int MostSpliced = 1024 * 1024;

    /// <param name="client">One end.</param>
    /// <param name="server">The other.</param>
    /// <param name="toClient">Null: TCP paces.</param>
    /// <param name="toServer">Likewise.</param>
    /// <param name="maySplice">Neither of the two has joined a sockmap.</param>
    public static async Task RunAsync(
        TcpChannel client, TcpChannel server, ISendPacer? toClient, ISendPacer? toServer, bool maySplice)
    {
        var forward = CopyAsync(client, server, toServer, maySplice);
        var back = CopyAsync(server, client, toClient, maySplice);
        await Task.WhenAll(forward, back);
    }

    private static async Task CopyAsync(TcpChannel from, TcpChannel to, ISendPacer? pacer, bool maySplice)
    {
        try
        {
            while (true)
            {
                await from.WaitReadableAsync();
                var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
                var count = 0;
                try
                {
                    var row = 0;
                    while (row < Large && (count = from.TryReceive(buffer)) > 0)
                    {
                        row = maySplice ? row + count : 0;
                        if (pacer is not null)
                        {
                            await pacer.WaitAsync(count);
                        }

                        await to.SendAsync(buffer.AsMemory(0, count));
                    }
                }
                finally
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                }

                while (count >= LeastSpliced)
                {
                    count = await from.SpliceAsync(to, MostSpliced);
                }

                if (count == 0)
                {
                    to.TryShutdownSend();
                    return;
                }
            }
        }
        catch (Exception e) when (e.IsDisconnect())
        {
            from.Reset();
            to.Reset();
        }
    }
}
