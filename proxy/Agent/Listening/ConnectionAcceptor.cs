using System.Net;
using System.Net.Sockets;
using Jumpgate.Connections.Sockets;
using Microsoft.Extensions.Logging;

namespace Jumpgate.Agent.Listening;

/// <summary>
/// Accepts connections, and has each served on its own event loop. One that breaks takes no other with it; whatever
/// becomes of it, it is closed in the end.
/// </summary>
/// <param name="serve">Given the connection, and where it comes from.</param>
internal sealed class ConnectionAcceptor(Func<TcpChannel, IPEndPoint, CancellationToken, Task> serve, ILogger logger)
{
    public async Task RunAsync(TcpListeningSocket listener, CancellationToken stopping)
    {
        await using var stopped = stopping.UnsafeRegister(static l => ((TcpListeningSocket)l!).Dispose(), listener);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var (client, source) = await listener.AcceptAsync();
                client.Loop.Post(static a => ((Accepted)a!).Serve(), new Accepted(this, client, source, stopping));
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (SocketException e)
            {
                // Out of descriptors or memory: what is open may close meanwhile.
                logger.AcceptFailed(e.Message);
                await Task.Delay(TimeSpan.FromMilliseconds(100), CancellationToken.None);
            }
        }
    }

    private async Task ServeAsync(TcpChannel client, IPEndPoint source, CancellationToken stopping)
    {
        try
        {
            await serve(client, source, stopping);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The client or the server went away.
        }
#pragma warning disable CA1031 // one broken connection must not take the others with it; it is logged, and closed
        catch (Exception e)
        {
            logger.ConnectionFailed(e);
        }
#pragma warning restore CA1031
        finally
        {
            client.Dispose();
        }
    }

    private sealed record Accepted(
        ConnectionAcceptor By, TcpChannel Client, IPEndPoint Source, CancellationToken Stopping)
    {
        public void Serve() => _ = By.ServeAsync(Client, Source, Stopping);
    }
}
