using System.Net;
using System.Net.Sockets;
using Jumpgate.Http.Connections;

namespace Jumpgate.Agent.Listening;

/// <summary>
/// Connects to the original destination from the client's own address, and from its own port where that is free: one
/// connection of the client is then one connection at the server, with the 4-tuple that the client chose.
/// </summary>
internal sealed class TransparentConnector(TimeSpan timeout) : IUpstreamConnector
{
    public async ValueTask<Socket> ConnectAsync(FlowMetadata flow, CancellationToken cancellationToken)
    {
        try
        {
            return await ConnectAsync(flow, keepPort: true, cancellationToken);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AddressNotAvailable)
        {
            return await ConnectAsync(flow, keepPort: false, cancellationToken);
        }
    }

    private async Task<Socket> ConnectAsync(FlowMetadata flow, bool keepPort, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        var socket = TransparentSockets.Create(flow.OriginalDestination.AddressFamily);
        try
        {
            if (keepPort)
            {
                TransparentSockets.AllowSharedPort(socket);
            }
            else
            {
                TransparentSockets.ChoosePortLate(socket);
            }

            socket.Bind(new IPEndPoint(flow.Source.Address, keepPort ? flow.Source.Port : 0));
            await socket.ConnectAsync(flow.OriginalDestination, limit.Token);
            return socket;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            socket.Dispose();
            throw new SocketException((int)SocketError.TimedOut);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
