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

    public static async Task RunAsync(Socket client, Socket server)
    {
        var forward = CopyAsync(client, server);
        var back = CopyAsync(server, client);
        await Task.WhenAll(forward, back);
    }

    private static async Task CopyAsync(Socket from, Socket to)
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
