using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Jumpgate.Connections.Sockets;
using Jumpgate.Http.Connections;
using Jumpgate.Http.Http2;
using Jumpgate.Policy.Http;
using Jumpgate.Policy.Identities;
using Jumpgate.Testing;

namespace Jumpgate.Http.Tests.Http2;

/// <summary>
/// Accepts on loopback, takes a few bytes as the dispatcher does, and lets <see cref="Http2Handler"/> do the rest.
/// </summary>
internal sealed class ProxyHarness : IAsyncDisposable, IUpstreamConnector
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Http2Handler _handler;
    private readonly IPEndPoint _server;
    private readonly int _preread;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _aborted = new();
    private readonly ConcurrentBag<Task> _serving = [];
    private readonly Task _accepting;
    private int _connects;
    private int _accepted;

    private ProxyHarness(Http2Handler handler, IPEndPoint server, IRequestPolicy policy, int preread)
    {
        _handler = handler;
        _server = server;
        _preread = preread;
        Policy = new FakePolicySource(policy);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _accepting = AcceptAsync();
    }

    /// <param name="preread">How many bytes of the preface are read before the handler gets the connection.</param>
    public static async Task<ProxyHarness> StartAsync(IPEndPoint server, IRequestPolicy policy, int preread = 24) =>
        new(
            await Http2Handler.StartAsync(new HttpFilterOptions(), TimeProvider.System, CancellationToken.None),
            server,
            policy,
            preread);

    public FakePolicySource Policy { get; }

    /// <summary>Null: no sockets are joined.</summary>
    public ILaneOpener? Lanes { get; set; }

    public RecordingObserver Observer { get; } = new();

    public IPEndPoint EndPoint => (IPEndPoint)_listener.LocalEndPoint!;

    public string Address => $"127.0.0.1:{EndPoint.Port}";

    public int UpstreamConnects => Volatile.Read(ref _connects);

    public int Accepted => Volatile.Read(ref _accepted);

    public Task WhenAllServed() => Task.WhenAll(_serving).WaitAsync(Wait.Patience);

    public Task AbortAsync() => _aborted.CancelAsync();

    public HttpClient CreateClient() => new(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        ActivityHeadersPropagator = null,
    })
    {
        BaseAddress = new Uri($"http://{Address}"),
        DefaultRequestVersion = HttpVersion.Version20,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        Timeout = Wait.Patience,
    };

    public async ValueTask<TcpChannel> ConnectAsync(FlowMetadata flow, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _connects);
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(_server, cancellationToken);
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
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await WhenAllServed();
        await _handler.DisposeAsync();
        _stop.Dispose();
        _aborted.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptAsync(_stop.Token);
                Interlocked.Increment(ref _accepted);
                _serving.Add(ServeAsync(client));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        var received = new byte[_preread];
        var length = 0;
        while (length < received.Length)
        {
            var read = await client.ReceiveAsync(received.AsMemory(length), _stop.Token);
            if (read == 0)
            {
                break;
            }

            length += read;
        }

        var loopback = new IPEndPoint(IPAddress.Loopback, 0);
        var source = (IPEndPoint)client.RemoteEndPoint!;
        await _handler.ServeAsync(
            new ProxiedConnection
            {
                Client = TcpChannel.Adopt(client),
                Flow = new FlowMetadata
                {
                    Source = source,
                    OriginalDestination = loopback,
                    SourceIdentity = new NumericIdentity(256),
                    DestinationIdentity = new NumericIdentity(257),
                    SourceGroup = new PolicyGroup(256),
                    DestinationGroup = new PolicyGroup(257),
                },
                Policy = Policy,
                Upstream = this,
                Observer = Observer,
                Lanes = Lanes,
                Aborted = _aborted.Token,
            },
            received.AsMemory(0, length),
            _stop.Token);
        client.Dispose();
    }
}
