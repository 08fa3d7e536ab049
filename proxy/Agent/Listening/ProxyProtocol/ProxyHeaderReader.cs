using System.Net.Sockets;

namespace Jumpgate.Agent.Listening.ProxyProtocol;

/// <summary>Takes the header off a connection, and no byte more.</summary>
internal static class ProxyHeaderReader
{
    /// <exception cref="OperationCanceledException">Time is up.</exception>
    /// <exception cref="SocketException">The connection is gone.</exception>
    /// <returns>Null with an error; null without one: the connection ended before its header did.</returns>
    public static async ValueTask<(ProxyHeader? Header, ProxyHeaderError Error)> ReadAsync(
        Socket client, CancellationToken limit)
    {
        var buffer = new byte[ProxyHeaderParser.MaxLength];
        var received = 0;
        while (true)
        {
            var header = ProxyHeaderParser.TryRead(buffer.AsSpan(0, received), out var length, out var error);
            if (header is not null || error != ProxyHeaderError.None)
            {
                return (header, error);
            }

            var count = await client.ReceiveAsync(buffer.AsMemory(received, length - received), limit);
            if (count == 0)
            {
                return (null, ProxyHeaderError.None);
            }

            received += count;
        }
    }
}
