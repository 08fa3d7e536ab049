using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Threading.Channels;
using Jumpgate.Agent.Nodes;
using Jumpgate.EnvoyConfig.Nodes;
using Jumpgate.EnvoyConfig.Policies;
using Jumpgate.EnvoyConfig.Sidecar;
using Jumpgate.Policy.Snapshots;
using Jumpgate.Xds.Nodes;
using Microsoft.Extensions.Logging;

namespace Jumpgate.Agent.ControlPlane;

/// <summary>
/// Nodes get what the policy in force says of the workload whose name is their ID. A node's configuration is made when it first
/// asks, and again on each change; one that cannot be made leaves that node with its former one, and nobody else.
/// </summary>
internal sealed class PolicyContent : IXdsContent
{
    private readonly SnapshotStore _store;
    private readonly SidecarOptions _sidecar;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<NodeKey, NodeState> _nodes = new();
    private readonly Channel<bool> _changed = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly Lock _making = new();
    private PolicyView? _view;
    private SnapshotCache? _cache;

    public PolicyContent(SnapshotStore store, SidecarOptions sidecar, ILogger logger)
    {
        _store = store;
        _sidecar = sidecar;
        _logger = logger;
        store.Swapped += Wake;
    }

    /// <summary>The newest snapshot by addresses and ports.</summary>
    public PolicyView View
    {
        get
        {
            lock (_making)
            {
                var current = _store.Current;
                return _view?.Snapshot == current ? _view : _view = new PolicyView(current);
            }
        }
    }

    public SidecarOptions Sidecar => _sidecar;

    /// <summary>Nodes whose newest configuration could not be made, and why.</summary>
    public IEnumerable<string> Failures => _nodes.Where(n => n.Value.Errors.Length > 0)
        .Select(n => $"xDS node {n.Key.Group} keeps its former configuration: {string.Join("; ", n.Value.Errors)}");

    /// <summary>Null for who is no workload here: what strangers ask for leaves no trace.</summary>
    public string? GroupOf(XdsNode node)
    {
        var key = NodeKey.Of(node);
        if (_store.IsEmpty || _store.Current.Workloads.All(w => w.Name != key.Workload))
        {
            return null;
        }

        if (_nodes.TryAdd(key, new NodeState()))
        {
            Publish(key);
        }

        return key.Group;
    }

    public async Task RunAsync(SnapshotCache cache, CancellationToken stopping)
    {
        _cache = cache;
        Wake();
        try
        {
            while (true)
            {
                await _changed.Reader.ReadAsync(stopping);
                foreach (var key in _nodes.Keys)
                {
                    Publish(key);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The agent stops.
        }
        finally
        {
            _store.Swapped -= Wake;
        }
    }

    private void Wake() => _changed.Writer.TryWrite(true);

    private void Publish(NodeKey key)
    {
        // In one order, or a node's older configuration could be published after its newer one.
        lock (_making)
        {
            if (_cache is not { } cache || !_nodes.TryGetValue(key, out var state))
            {
                return;
            }

            if (_store.Current.Workloads.All(w => w.Name != key.Workload))
            {
                _nodes.TryRemove(key, out _);
                cache.Withdraw(key.Group);
                return;
            }

            var errors = Make(key, out var made);
            if (made is not null)
            {
                cache.Publish(key.Group, made.Snapshot);
                Tell(key, state, made.Refusals.Select(r => r.ToString()));
            }
            else if (!errors.SequenceEqual(state.Errors))
            {
                _logger.NodeFailed(key.Group, string.Join("; ", errors));
            }

            state.Errors = errors;
        }
    }

    private ImmutableArray<string> Make(NodeKey key, out NodeConfiguration? made)
    {
        try
        {
            NodeConfiguration.TryCreate(View, key, _sidecar, out made, out var errors);
            return errors;
        }
        catch (InvalidOperationException e)
        {
            // A snapshot too large for tables.
            made = null;
            return [e.Message];
        }
    }

    private void Tell(NodeKey key, NodeState state, IEnumerable<string> refusals)
    {
        var known = state.Refusals;
        state.Refusals = [.. refusals];
        foreach (var refusal in state.Refusals.Except(known))
        {
            _logger.NodeRefuses(key.Group, refusal);
        }
    }

    private sealed class NodeState
    {
        public ImmutableArray<string> Errors { get; set; } = [];

        public ImmutableHashSet<string> Refusals { get; set; } = [];
    }
}
