using System.Net;
using System.Net.Sockets;
using Jumpgate.Agent.Lanes;
using Jumpgate.Agent.Nodes;
using Jumpgate.Agent.Telemetry;
using Jumpgate.Bpf;
using Jumpgate.Connections.Sockets;
using Jumpgate.Http.Connections;
using Jumpgate.Http.Observation;
using Jumpgate.Kafka;
using Jumpgate.Kafka.Connections;
using Jumpgate.Policy.Identities;
using Jumpgate.Policy.Kafka.Observation;
using Microsoft.Extensions.Logging;

namespace Jumpgate.Agent.Listening;

/// <summary>
/// Accepts what the kernel redirects. The listeners' ports mean nothing: the kernel finds them in its socket map, and
/// what reaches them by their loopback address has no flow metadata and is closed.
/// </summary>
internal sealed class ProxyServer(
    Datapath datapath,
    SnapshotStore store,
    ConnectionTable connections,
    ConnectionDispatcher dispatcher,
    KafkaFilter kafka,
    IUpstreamConnector upstream,
    LaneController? lanes,
    IRequestObserver observer,
    IKafkaObserver kafkaObserver,
    AgentMetrics metrics,
    ILogger logger) : IDisposable
{
    private const byte Tcp = 6;
    private readonly List<TcpListeningSocket> _listeners = [];
    private readonly CongestionControl _congestion = CongestionControl.Read();

    /// <summary>Opens the listeners in the calling thread's network namespace and hands them to the kernel.</summary>
    public void Listen()
    {
        foreach (var loopback in (IPAddress[])[IPAddress.Loopback, IPAddress.IPv6Loopback])
        {
            try
            {
                var listener = TransparentSockets.Listen(loopback, joins: lanes is not null);
                _listeners.Add(listener);
                datapath.SetListener(loopback.AddressFamily, listener.Handle);
            }
            catch (SocketException e) when (loopback.AddressFamily == AddressFamily.InterNetworkV6
                && e.SocketErrorCode is SocketError.AddressFamilyNotSupported or SocketError.AddressNotAvailable)
            {
                // A node without IPv6 has no IPv6 flows either; where it has, they are dropped and counted.
            }
            catch (SocketException e)
            {
                throw new AgentException(
                    $"cannot listen transparently on {loopback}: {e.Message}; is lo up, and do we have CAP_NET_ADMIN?",
                    e);
            }
        }
    }

    public Task RunAsync(CancellationToken stopping)
    {
        var acceptor = new ConnectionAcceptor(ServeAsync, logger);
        return Task.WhenAll(_listeners.Select(l => acceptor.RunAsync(l, stopping)));
    }

    public void Dispose() => _listeners.ForEach(l => l.Dispose());

    private async Task ServeAsync(TcpChannel client, IPEndPoint source, CancellationToken stopping)
    {
        if (ReadMetadata(client, source) is not { } flow)
        {
            metrics.MetadataMissing();
            client.Reset();
            return;
        }

        _congestion.ApplyTo(client, flow);
        using var connection = new OpenConnection(store, flow);
        connections.Add(connection);
        try
        {
            // Between the kernel's look and ours the policy may have changed; Recheck may have run before Add.
            if (!connection.IsAllowed)
            {
                client.Reset();
                return;
            }

            await ServeAsync(client, connection, stopping);
        }
        finally
        {
            connections.Remove(connection);
        }
    }

    private Task ServeAsync(TcpChannel client, OpenConnection connection, CancellationToken stopping) =>
        connection.Protocol == ConnectionProtocol.Kafka
            ? kafka.ServeAsync(
                new KafkaConnection
                {
                    Client = client,
                    Flow = connection.Flow,
                    Policy = connection,
                    Upstream = upstream,
                    Observer = kafkaObserver,
                    Lanes = lanes?.Opener(connection),
                    Aborted = connection.Aborted,
                },
                stopping)
            : dispatcher.ServeAsync(
                new ProxiedConnection
                {
                    Client = client,
                    Flow = connection.Flow,
                    Policy = connection,
                    Upstream = upstream,
                    Observer = observer,
                    Lanes = lanes?.Opener(connection),
                    Aborted = connection.Aborted,
                },
                stopping);

    /// <summary>
    /// The kernel's word on this flow. An absent fact is no default: without it the connection is closed.
    /// </summary>
    private FlowMetadata? ReadMetadata(TcpChannel client, IPEndPoint source)
    {
        var destination = client.GetLocalAddress();
        var key = new FlowKey
        {
            Source = Address16.From(source.Address),
            Destination = Address16.From(destination.Address),
            SourcePort = (ushort)source.Port,
            DestinationPort = (ushort)destination.Port,
            Protocol = Tcp,
        };
        if (!datapath.TryGetFlow(key, out var flow) || flow.Verdict != Verdict.Redirect)
        {
            logger.ConnectionRefused(
                source.ToString(), destination.ToString(), "the kernel has no redirected flow for it");
            return null;
        }

        return new FlowMetadata
        {
            Source = source,
            OriginalDestination = new IPEndPoint(flow.OriginalDestination.ToIPAddress(), flow.OriginalPort),
            SourceIdentity = new NumericIdentity(flow.SourceIdentity),
            DestinationIdentity = new NumericIdentity(flow.DestinationIdentity),
            SourceGroup = new PolicyGroup(flow.SourceGroup),
            DestinationGroup = new PolicyGroup(flow.DestinationGroup),
        };
    }
}
