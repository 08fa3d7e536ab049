using System.Net.Sockets;
using Jumpgate.Connections.Sockets;

namespace Jumpgate.Agent.Listening.ProxyProtocol;

/// <summary>Takes the header off a connection, and no byte more.</summary>
internal static class ProxyHeaderReader
{
    /// <exception cref="OperationCanceledException">Time is up; the connection is closed then.</exception>
    /// <exception cref="SocketException">The connection is gone.</exception>
    /// <returns>Null with an error; null without one: the connection ended before its header did.</returns>
    public static async ValueTask<(ProxyHeader? Header, ProxyHeaderError Error)> ReadAsync(
        TcpChannel client, CancellationToken limit)
    {
        await using var late = limit.UnsafeRegister(static c => ((TcpChannel)c!).Reset(), client);
        var buffer = new byte[ProxyHeaderParser.MaxLength];
        var received = 0;
        while (true)
        {
            var header = ProxyHeaderParser.TryRead(buffer.AsSpan(0, received), out var length, out var error);
            if (header is not null || error != ProxyHeaderError.None)
            {
                return (header, error);
            }

            int count;
            try
            {
                while ((count = client.TryReceive(buffer.AsSpan(received, length - received))) == TcpChannel.WouldBlock)
                {
                    await client.WaitReadableAsync();
                }
            }
            catch (ObjectDisposedException) when (limit.IsCancellationRequested)
            {
                throw new OperationCanceledException(limit);
            }

            if (count == 0)
            {
                return (null, ProxyHeaderError.None);
            }

            received += count;
        }
    }
}
