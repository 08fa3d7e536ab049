using System.Net;
using System.Net.Sockets;
using Jumpgate.Connections.Sockets;
using Jumpgate.Http.Connections;

namespace Jumpgate.Agent.Listening;

/// <summary>
/// Connects to the original destination from the client's own address, and from its own port where that is free: one
/// connection of the client is then one connection at the server, with the 4-tuple that the client chose.
/// </summary>
/// <param name="timeout">How long a server may take to answer.</param>
/// <param name="joins">Sockets may join a sockmap.</param>
internal sealed class TransparentConnector(TimeSpan timeout, bool joins) : IUpstreamConnector
{
    public ValueTask<TcpChannel> ConnectAsync(FlowMetadata flow, CancellationToken cancellationToken)
    {
        ValueTask<TcpChannel> connecting;
        try
        {
            // On the node's loopback the client's own socket is in our namespace, and has the port.
            connecting = ConnectAsync(flow, keepPort: !IPAddress.IsLoopback(flow.Source.Address), cancellationToken);
        }
        catch (SocketException e) when (IsTaken(e))
        {
            return ConnectAsync(flow, keepPort: false, cancellationToken);
        }

        return connecting.IsCompletedSuccessfully
            ? connecting : ConnectOrChooseAsync(connecting, flow, cancellationToken);
    }

    private static bool IsTaken(SocketException e) =>
        e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AddressNotAvailable;

    private async ValueTask<TcpChannel> ConnectOrChooseAsync(
        ValueTask<TcpChannel> connecting, FlowMetadata flow, CancellationToken cancellationToken)
    {
        try
        {
            return await connecting;
        }
        catch (SocketException e) when (IsTaken(e))
        {
            return await ConnectAsync(flow, keepPort: false, cancellationToken);
        }
    }

    private ValueTask<TcpChannel> ConnectAsync(FlowMetadata flow, bool keepPort, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
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

            CongestionControl.ApplyTo(socket, flow);
            socket.Bind(keepPort ? flow.Source : new IPEndPoint(flow.Source.Address, 0));
            return socket.ConnectAsync(flow.OriginalDestination, joins, timeout, cancellationToken);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
