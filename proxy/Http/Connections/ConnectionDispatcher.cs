using Jumpgate.Connections.Sockets;
using Jumpgate.Http.Http1;

namespace Jumpgate.Http.Connections;

/// <summary>
/// Serves one accepted connection: bytes where no L7 rules ask, else HTTP/2 where the client begins with its preface,
/// else HTTP/1.1. Owns the client's socket and closes it.
/// </summary>
public sealed class ConnectionDispatcher(HttpFilterOptions options, IHttp2Handler http2, TimeProvider time)
{
    private static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    public async Task ServeAsync(ProxiedConnection connection, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(connection);
        var client = connection.Client;
        using var aborted = connection.Aborted.UnsafeRegister(static s => ((TcpChannel)s!).Reset(), client);
        using var stopped = stopping.UnsafeRegister(static s => ((TcpChannel)s!).Reset(), client);
        try
        {
            if (!connection.Policy.Current.HasHttpRules)
            {
                await RelayAsync(connection);
                return;
            }

            using var input = new SocketInput(client);
            if (await BeginsWithPrefaceAsync(input, connection))
            {
                var received = input.Unread.ToArray();
                input.Consume(received.Length);
                await http2.ServeAsync(connection, received, stopping);
                return;
            }

            using var output = new SocketOutput(client) { Pacer = await connection.Lanes.PacerAsync(client) };
            await new Http1Filter(connection, input, output, options, time).RunAsync();
        }
        catch (Exception e) when (e.IsDisconnect())
        {
            client.Reset();
        }
        finally
        {
            client.Dispose();
        }
    }

    private static async Task RelayAsync(ProxiedConnection connection)
    {
        var client = connection.Client;
        using var server = await connection.Upstream.ConnectAsync(connection.Flow, connection.Aborted);
        using var aborted = connection.Aborted.UnsafeRegister(static s => ((TcpChannel)s!).Reset(), server);
        var toClient = await connection.Lanes.PacerAsync(client);
        var toServer = await connection.Lanes.PacerAsync(server);
        await ByteRelay.RunAsync(client, server, toClient, toServer, connection.Lanes.MaySplice(client, server));
    }

    /// <summary>Reads until the first byte that differs from the preface, or all of it.</summary>
    private async Task<bool> BeginsWithPrefaceAsync(SocketInput input, ProxiedConnection connection)
    {
        var limit = options.IdleTimeout;
        using var deadline = new Deadline(time, options.IdleTimeout, () =>
        {
            connection.Client.Reset();
            return false;
        });
        while (true)
        {
            var common = Math.Min(input.Unread.Length, Preface.Length);
            if (!input.Unread[..common].SequenceEqual(Preface[..common]))
            {
                return false;
            }

            if (common == Preface.Length)
            {
                return true;
            }

            var count = input.TryFill();
            if (count == TcpChannel.WouldBlock)
            {
                deadline.Set(limit);
                count = await input.FillAsync();
            }

            if (count == 0)
            {
                return false;
            }

            limit = options.HeadTimeout;
        }
    }
}
