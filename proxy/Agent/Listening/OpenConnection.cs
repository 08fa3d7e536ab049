using Jumpgate.Agent.Nodes;
using Jumpgate.Http.Connections;
using Jumpgate.Kafka.Connections;
using Jumpgate.Policy;
using Jumpgate.Policy.Http;
using Jumpgate.Policy.Kafka;
using Jumpgate.Policy.Snapshots;
using Jumpgate.Sockmap.Lanes;

namespace Jumpgate.Agent.Listening;

/// <summary>A connection that is open, redirected or passed on by a sidecar, and the policy for it as of now.</summary>
internal sealed class OpenConnection : IConnectionPolicySource, IKafkaPolicySource, IDisposable
{
    private readonly SnapshotStore _store;
    private readonly CancellationTokenSource _aborted = new();
    private volatile ConnectionPolicy _policy;
    private volatile LaneHandle? _lane;

    /// <param name="protocol">What it is read as whatever the policy of now says; null: what that says.</param>
    public OpenConnection(SnapshotStore store, FlowMetadata flow, ConnectionProtocol? protocol = null)
    {
        _store = store;
        Flow = flow;
        _policy = Resolve(store.Current);
        Protocol = protocol ?? (_policy.HasKafkaRules ? ConnectionProtocol.Kafka
            : _policy.HasHttpRules ? ConnectionProtocol.Http
            : ConnectionProtocol.Any);
    }

    public FlowMetadata Flow { get; }

    /// <summary>
    /// What it is read as from its first byte to its last: no protocol can be taken up in the middle.
    /// </summary>
    public ConnectionProtocol Protocol { get; }

    public CancellationToken Aborted => _aborted.Token;

    /// <summary>The lane in which the kernel decides this connection's requests, or null.</summary>
    public LaneHandle? Lane
    {
        get => _lane;
        set => _lane = value;
    }

    public IRequestPolicy Current => Resolved;

    IKafkaPolicy IKafkaPolicySource.Current => Resolved;

    public ConnectionPolicy Resolved
    {
        get
        {
            var snapshot = _store.Current;
            var policy = _policy;
            return policy.Revision == snapshot.Revision ? policy : _policy = Resolve(snapshot);
        }
    }

    public bool IsAllowed => Verdict(Resolve(_store.Current));

    /// <summary>Resets the connection where the policy of now forbids it, or asks for what it cannot give.</summary>
    public void Recheck()
    {
        if (!IsAllowed)
        {
            _aborted.Cancel();
        }
    }

    public void Dispose() => _aborted.Dispose();

    private bool Verdict(ConnectionPolicy policy) =>
        policy.Verdict is L4Verdict.Allow or L4Verdict.Redirect
        && (Protocol == ConnectionProtocol.Http || !policy.HasHttpRules)
        && (Protocol == ConnectionProtocol.Kafka || !policy.HasKafkaRules);

    private ConnectionPolicy Resolve(PolicySnapshot snapshot) => snapshot.Resolve(
        Flow.SourceGroup, Flow.DestinationGroup, L4Protocol.Tcp, (ushort)Flow.OriginalDestination.Port);
}
