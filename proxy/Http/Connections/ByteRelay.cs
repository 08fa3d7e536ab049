using System.Buffers;
using Jumpgate.Connections.Sockets;

namespace Jumpgate.Http.Connections;

/// <summary>
/// Bytes in both directions, nothing parsed. A half-close is passed on and the other direction goes on; a reset is passed on
/// as a reset. One buffer per direction, and only while bytes move: a slow reader slows its sender by TCP's own window.
/// </summary>
internal static class ByteRelay
{
    private const int BufferSize = 64 * 1024;

    /// <param name="toClient">Null: TCP paces.</param>
    /// <param name="toServer">Likewise.</param>
    public static async Task RunAsync(TcpChannel client, TcpChannel server, ISendPacer? toClient, ISendPacer? toServer)
    {
        var forward = CopyAsync(client, server, toServer);
        var back = CopyAsync(server, client, toClient);
        await Task.WhenAll(forward, back);
    }

    private static async Task CopyAsync(TcpChannel from, TcpChannel to, ISendPacer? pacer)
    {
        try
        {
            while (true)
            {
                await from.WaitReadableAsync();
                var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
                try
                {
                    int count;
                    while ((count = from.TryReceive(buffer)) > 0)
                    {
                        if (pacer is not null)
                        {
                            await pacer.WaitAsync(count);
                        }

                        await to.SendAsync(buffer.AsMemory(0, count));
                    }

                    if (count == 0)
                    {
                        to.TryShutdownSend();
                        return;
                    }
                }
                finally
                {
                    ArrayPool<byte>.Shared.Return(buffer);
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
