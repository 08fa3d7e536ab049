using System.Buffers;
using System.Net.Sockets;

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
    public static async Task RunAsync(Socket client, Socket server, ISendPacer? toClient, ISendPacer? toServer)
    {
        var forward = CopyAsync(client, server, toServer);
        var back = CopyAsync(server, client, toClient);
        await Task.WhenAll(forward, back);
    }

    private static async Task CopyAsync(Socket from, Socket to, ISendPacer? pacer)
    {
        try
        {
            while (true)
            {
                if (from.Available == 0)
                {
                    await from.WaitReadableAsync();
                }

                var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
                try
                {
                    var count = await from.ReceiveAsync(buffer.AsMemory());
                    if (count == 0)
                    {
                        to.TryShutdownSend();
                        return;
                    }

                    if (pacer is not null)
                    {
                        await pacer.WaitAsync(count);
                    }

                    for (var sent = 0; sent < count;)
                    {
                        sent += await to.SendAsync(buffer.AsMemory(sent, count - sent));
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
