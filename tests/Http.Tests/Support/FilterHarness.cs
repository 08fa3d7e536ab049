using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Jumpgate.Connections.Sockets;
using Jumpgate.Http.Connections;
using Jumpgate.Http.Http2;
using Jumpgate.Policy.Identities;

namespace Jumpgate.Http.Tests.Support;

/// <summary>The filter between loopback clients and one loopback server, with a policy that the test writes.</summary>
internal sealed class FilterHarness : IAsyncDisposable, IUpstreamConnector
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly ConcurrentQueue<Task> _served = new();
    private readonly CancellationTokenSource _abort = new();
    private readonly Http2Handler _http2;
    private readonly ConnectionDispatcher _dispatcher;
    private readonly IPEndPoint _server;

    private FilterHarness(IPEndPoint server, Http2Handler http2, HttpFilterOptions options)
    {
        _server = server;
        _http2 = http2;
        _dispatcher = new ConnectionDispatcher(options, http2, TimeProvider.System);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _ = AcceptAsync();
    }

    public TestPolicy Policy { get; } = new();

    /// <summary>Null: no lanes.</summary>
    public ILaneOpener? Lanes { get; set; }

    public RecordingObserver Observer { get; } = new();

    public IPEndPoint Address => (IPEndPoint)_listener.LocalEndPoint!;

    public static async Task<FilterHarness> StartAsync(IPEndPoint server, HttpFilterOptions? options = null)
    {
        options ??= new HttpFilterOptions();
        var http2 = await Http2Handler.StartAsync(options, TimeProvider.System, CancellationToken.None).Within();
        return new FilterHarness(server, http2, options);
    }

    public static Task<FilterHarness> StartAsync(RawServer server, HttpFilterOptions? options = null) =>
        StartAsync(server.Address, options);

    public async Task<RawConnection> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(Address).Within();
        return new RawConnection(socket);
    }

    public Task AbortAsync() => _abort.CancelAsync();

    /// <summary>Waits until the filter has let go of every connection so far.</summary>
    public async Task FinishAsync()
    {
        foreach (var served in _served)
        {
            await served.Within();
        }
    }

    async ValueTask<TcpChannel> IUpstreamConnector.ConnectAsync(FlowMetadata flow, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(flow.OriginalDestination, cancellationToken);
            return TcpChannel.Adopt(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _abort.CancelAsync();
        await FinishAsync();
        await _http2.DisposeAsync();
        _abort.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptAsync();
                client.NoDelay = true;
                // Known before it runs, so that FinishAsync cannot miss it.
                _served.Enqueue(Task.Run(() => _dispatcher.ServeAsync(Describe(client), CancellationToken.None)));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private ProxiedConnection Describe(Socket client) =>
        Describe((IPEndPoint)client.RemoteEndPoint!, TcpChannel.Adopt(client));

    private ProxiedConnection Describe(IPEndPoint source, TcpChannel client) => new()
    {
        Client = client,
        Flow = new FlowMetadata
        {
            Source = source,
            OriginalDestination = _server,
            SourceIdentity = new NumericIdentity(1000),
            DestinationIdentity = new NumericIdentity(1001),
            SourceGroup = new PolicyGroup(1000),
            DestinationGroup = new PolicyGroup(1001),
        },
        Policy = Policy,
        Upstream = this,
        Observer = Observer,
        Lanes = Lanes,
        Aborted = _abort.Token,
    };
}
