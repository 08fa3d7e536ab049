using System.Net;
using System.Net.Sockets;
using Jumpgate.Agent.Flows;
using Jumpgate.Agent.Lanes;
using Jumpgate.Agent.Listening.ProxyProtocol;
using Jumpgate.Agent.Nodes;
using Jumpgate.Agent.Telemetry;
using Jumpgate.Connections.Sockets;
using Jumpgate.Kafka;
using Jumpgate.Kafka.Connections;
using Jumpgate.Policy.Kafka.Observation;
using Microsoft.Extensions.Logging;

namespace Jumpgate.Agent.Listening.Sidecars;

/// <summary>
/// Takes Kafka connections from sidecars, with a PROXY protocol v2 header each, and serves them as redirected ones: the
/// same filter, the same policy, the same records.
/// </summary>
internal sealed class SidecarKafkaServer(
    IPEndPoint listen,
    SnapshotStore store,
    ConnectionTable connections,
    KafkaFilter kafka,
    ClaimJudge judge,
    IUpstreamConnector upstream,
    LaneController? lanes,
    IKafkaObserver observer,
    FlowLog log,
    KafkaMetrics metrics,
    TimeProvider time,
    ILogger logger) : IDisposable
{
    private const string Stranger = "no workload";
    private readonly RefusalLog _refusals = new(time, logger);
    private TcpListeningSocket? _listener;

    /// <summary>How long a sidecar may take for its header: a lost packet is sent again within three seconds.</summary>
    public TimeSpan HeaderTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Where it listens, with the port in use. Set by <see cref="Listen"/>.</summary>
    public IPEndPoint Address { get; private set; } = listen;

    /// <exception cref="AgentException">The text is no address and port of a kind that sidecars could
    /// reach.</exception>
    public static IPEndPoint Parse(string text)
    {
        const string option = "--kafka-proxy-listen";
        if (!ListenAddress.TryParse(text, out var listen) || listen.Address.IsIPv4MappedToIPv6)
        {
            throw new AgentException($"{option} is '{text}', not an address and port such as 192.0.2.1:15092");
        }

        if (IPAddress.IsLoopback(listen.Address) || listen.Address.Equals(IPAddress.Any)
            || listen.Address.Equals(IPAddress.IPv6Any) || listen.Address.IsIPv6LinkLocal)
        {
            throw new AgentException(
                $"{option} is '{text}': sidecars are told this address, and reach it from their own namespaces; "
                + "name one of the node's that workloads have a route to");
        }

        return listen;
    }

    /// <summary>Opens the listener in the calling thread's network namespace.</summary>
    /// <exception cref="AgentException">The address cannot be listened at.</exception>
    public void Listen()
    {
        var socket = TcpSocket.Create(Address.AddressFamily);
        try
        {
            // Connections of a former agent may still be in TIME_WAIT there.
            TransparentSockets.AllowSharedPort(socket);
            CongestionControl.ApplyTo(socket);
            socket.Bind(Address);
            _listener = socket.Listen(1024, mayJoin: false);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new AgentException(
                $"cannot take sidecars' Kafka connections at {Address}: {e.Message}; is it an address of this node, "
                + "and the port free?", e);
        }

        Address = _listener.LocalAddress;
        logger.TakesSidecars(Address);
    }

    public Task RunAsync(CancellationToken stopping) =>
        new ConnectionAcceptor(ServeAsync, logger).RunAsync(_listener!, stopping);

    public void Dispose() => _listener?.Dispose();

    private async Task ServeAsync(TcpChannel client, IPEndPoint peer, CancellationToken stopping)
    {
        if (await AdmitAsync(client, peer, stopping) is { } claim)
        {
            await ServeAsync(client, peer, claim, stopping);
        }
        else
        {
            // The sidecar learns at once that nothing was taken.
            client.Reset();
        }
    }

    /// <summary>Null where it was refused; that is counted and told then.</summary>
    private async ValueTask<SidecarClaim?> AdmitAsync(TcpChannel client, IPEndPoint peer, CancellationToken stopping)
    {
        // Strangers wait for nothing, and nothing of theirs is read.
        if (ClaimJudge.SenderAt(store.Current, peer) is not { } sender)
        {
            Refuse(peer, Stranger, SidecarRefusal.UnknownSender, null);
            return null;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        limit.CancelAfter(HeaderTimeout);
        ProxyHeader? header;
        try
        {
            (header, var error) = await ProxyHeaderReader.ReadAsync(client, limit.Token);
            if (error != ProxyHeaderError.None)
            {
                Refuse(peer, sender.Name, error.ToString(), RefusalText.Of(error));
                return null;
            }
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            Refuse(peer, sender.Name, SidecarRefusal.HeaderTimeout, null);
            return null;
        }

        if (header is null)
        {
            Refuse(peer, sender.Name, SidecarRefusal.HeaderCut, null);
            return null;
        }

        var claim = judge.Judge(store.Current, peer, client.GetLocalAddress(), header, out var refusal);
        if (claim is null)
        {
            Refuse(peer, sender.Name, refusal, header);
        }

        return claim;
    }

    private async Task ServeAsync(TcpChannel client, IPEndPoint peer, SidecarClaim claim, CancellationToken stopping)
    {
        using var connection = new OpenConnection(store, claim.Flow, ConnectionProtocol.Kafka);
        connections.Add(connection);
        try
        {
            // Asked after Add: a change of policy from now on finds it there.
            if (!connection.IsAllowed)
            {
                Deny(peer, connection);
                client.Reset();
                return;
            }

            metrics.SidecarConnection("served");
            await kafka.ServeAsync(
                new KafkaConnection
                {
                    Client = client,
                    Flow = connection.Flow,
                    Policy = connection,
                    Upstream = claim.ConnectFrom is { } address ? new NodeConnector(upstream, address) : upstream,
                    Observer = observer,
                    Lanes = lanes?.Opener(connection),
                    Aborted = connection.Aborted,
                },
                stopping);
        }
        finally
        {
            connections.Remove(connection);
        }
    }

    private void Deny(IPEndPoint peer, OpenConnection connection)
    {
        var snapshot = store.Current;
        var flow = connection.Flow;
        log.Add(SidecarFlows.Dropped(snapshot, flow, connection.Resolved, time.GetUtcNow()));
        Refuse(
            peer, ClaimJudge.SenderAt(snapshot, peer)?.Name ?? Stranger, SidecarRefusal.Policy,
            new ProxyHeader(flow.Source, flow.OriginalDestination));
    }

    private void Refuse(IPEndPoint peer, string sender, SidecarRefusal refusal, ProxyHeader? header) =>
        Refuse(peer, sender, refusal.ToString(), RefusalText.Of(refusal, Address.Address, header));

    private void Refuse(IPEndPoint peer, string sender, string reason, string text)
    {
        metrics.SidecarConnection(reason);
        _refusals.Add(sender, reason, $"{peer} ({sender}): {text}");
    }
}
