using Jumpgate.Connections.Sockets;
using Jumpgate.Http.Connections;

namespace Jumpgate.Http.Http1;

/// <summary>
/// The one connection to the server that belongs to one connection of a client. Opened for the first allowed request.
/// </summary>
internal sealed class Http1Upstream(ProxiedConnection connection) : IDisposable
{
    private CancellationTokenRegistration _aborted;

    public SocketInput? Input { get; private set; }

    public SocketOutput? Output { get; private set; }

    /// <summary>The response that is being read; one is, at a time.</summary>
    public Http1ResponseHead Response { get; } = new();

    /// <summary>True where the present connection has served a request before.</summary>
    public bool Reused { get; set; }

    /// <summary>Whether bytes may pass to the client by splice(2).</summary>
    public bool MaySplice => connection.Lanes.MaySplice(connection.Client, Input!.Channel);

    /// <summary>Makes sure of a connection; one that the server has closed meanwhile is replaced.</summary>
    public async ValueTask EnsureAsync()
    {
        // An idle connection has nothing to read: what has come is its end, or something nobody asked for.
        if (Input is { HasArrived: true })
        {
            Close();
        }

        if (Input is not null)
        {
            return;
        }

        var socket = await connection.Upstream.ConnectAsync(connection.Flow, connection.Aborted);
        Input = new SocketInput(socket);
        Output = new SocketOutput(socket)
        {
            Pacer = await connection.Lanes.PacerAsync(socket),
        };
        Reused = false;
        _aborted = connection.Aborted.UnsafeRegister(static s => ((TcpChannel)s!).Reset(), socket);
    }

    public void Close()
    {
        _aborted.Dispose();
        Input?.Channel.Dispose();
        Input?.Dispose();
        Output?.Dispose();
        Input = null;
        Output = null;
    }

    public void Reset()
    {
        Input?.Channel.Reset();
        Close();
    }

    public void Dispose() => Close();
}
