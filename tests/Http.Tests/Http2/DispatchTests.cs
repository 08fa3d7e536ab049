using System.Net;
using System.Net.Sockets;
using Jumpgate.Connections.Sockets;
using Jumpgate.Http.Connections;
using Jumpgate.Http.Http2;
using Jumpgate.Policy.Identities;
using Jumpgate.Testing;

namespace Jumpgate.Http.Tests.Http2;

/// <summary>The way through the real dispatcher: the preface decides, and bytes read for that are not lost.</summary>
public class DispatchTests
{
    [Fact]
    public async Task Preface_ThroughTheDispatcher_ReachesTheHttp2Handler()
    {
        await using var backend = await Backend.StartRawTargetAsync();
        await using var http2 = await Http2Handler.StartAsync(
            new HttpFilterOptions(), TimeProvider.System, CancellationToken.None);
        var dispatcher = new ConnectionDispatcher(new HttpFilterOptions(), http2, TimeProvider.System);
        await using var connector = await ProxyHarness.StartAsync(backend.EndPoint, FakePolicy.AllowAll);
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var observer = new RecordingObserver();
        using var client = connector.CreateClient();
        client.BaseAddress = new Uri($"http://{listener.LocalEndPoint}");
        using var aborted = new CancellationTokenSource();

        var getting = client.GetStringAsync(new Uri("/v1/", UriKind.Relative));
        var accepted = await listener.AcceptAsync();
        var source = (IPEndPoint)accepted.RemoteEndPoint!;
        var serving = dispatcher.ServeAsync(
            new ProxiedConnection
            {
                Client = TcpChannel.Adopt(accepted),
                Flow = new FlowMetadata
                {
                    Source = source,
                    OriginalDestination = backend.EndPoint,
                    SourceIdentity = new NumericIdentity(256),
                    DestinationIdentity = new NumericIdentity(257),
                    SourceGroup = new PolicyGroup(256),
                    DestinationGroup = new PolicyGroup(257),
                },
                Policy = new FakePolicySource(FakePolicy.AllowAll),
                Upstream = connector,
                Observer = observer,
                Aborted = aborted.Token,
            },
            CancellationToken.None);

        Assert.Equal("/v1/", await getting);
        await observer.NextAsync();
        Assert.Equal(1, observer.Counts);
        await aborted.CancelAsync();
        await serving.WaitAsync(Wait.Patience);
    }
}
