using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Threading.Channels;
using Jumpgate.Agent.Nodes;
using Jumpgate.EnvoyConfig.Nodes;
using Jumpgate.EnvoyConfig.Policies;
using Jumpgate.EnvoyConfig.Sidecar;
using Jumpgate.Policy.Snapshots;
using Jumpgate.Xds.Nodes;
using Jumpgate.Xds.Status;
using Microsoft.Extensions.Logging;

namespace Jumpgate.Agent.ControlPlane;

/// <summary>
/// Nodes get what the policy in force says of the workload whose name is their ID. A node's configuration is made when
/// it first asks, and again on each change; one that cannot be made leaves that node with its former one, and nobody
/// else.
/// </summary>
internal sealed class PolicyContent : IXdsContent
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(20);

    private readonly SnapshotStore _store;
    private readonly SidecarOptions _sidecar;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<NodeKey, NodeState> _nodes = new();
    private readonly Channel<bool> _changed = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly Lock _making = new();
    private readonly AddressHandover _handover;
    private PolicyView? _view;
    private SnapshotCache? _cache;

    public PolicyContent(SnapshotStore store, SidecarOptions sidecar, AddressHandover handover, ILogger logger)
    {
        _store = store;
        _sidecar = sidecar;
        _handover = handover;
        _logger = logger;
        store.Swapped += Wake;
    }

    /// <summary>A node that does not answer delays the rights of an address's new owner by so much.</summary>
    public static AddressHandover CreateHandover() => new(TimeProvider.System, TimeSpan.FromSeconds(2));

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

    public async Task RunAsync(SnapshotCache cache, StreamRegistry streams, CancellationToken stopping)
    {
        _cache = cache;
        Wake();
        try
        {
            Task<bool>? changed = null;
            while (true)
            {
                changed ??= _changed.Reader.ReadAsync(stopping).AsTask();
                await (IsHandingOver ? Task.WhenAny(changed, Task.Delay(LookAgain, stopping)) : (Task)changed);
                if (changed.IsCompleted)
                {
                    await changed;
                    changed = null;
                }
                else if (!HandsOver(streams))
                {
                    stopping.ThrowIfCancellationRequested();
                    continue;
                }

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

    private bool IsHandingOver
    {
        get
        {
            lock (_making)
            {
                return _handover.IsOpen;
            }
        }
    }

    /// <returns>Whether nodes get something else now: addresses are their new owners'.</returns>
    private bool HandsOver(StreamRegistry streams)
    {
        lock (_making)
        {
            if (HaveAll(streams))
            {
                _handover.Arrived();
            }

            return _handover.Proceeds();
        }
    }

    /// <summary>
    /// Nodes that refuse what they get are not waited for, nor those that are not there: they could be gone for good.
    /// </summary>
    private bool HaveAll(StreamRegistry streams) =>
        _nodes.Values.All(n => ReferenceEquals(n.View, _handover.View))
        && _nodes.All(n => n.Value.Version is not { } version || _cache!.Current(n.Key.Group)?.Version == version)
        && streams.Describe().All(s => s.Types.All(t => t.State is not (TypeSync.Waiting or TypeSync.Stale)));

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

            var errors = Make(key, state, out var made);
            if (made is not null)
            {
                state.Routes.Published(made.Routes);
                state.Version = made.Snapshot.Version;
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

    private ImmutableArray<string> Make(NodeKey key, NodeState state, out NodeConfiguration? made)
    {
        try
        {
            state.View = _handover.Of(View);
            NodeConfiguration.TryCreate(state.View, key, _sidecar, out made, out var errors, state.Routes.Names);
            return errors;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // A snapshot too large for tables; or a defect, which costs this node its update, is told, and leaves the
            // loop to the others.
            made = null;
            return [e is InvalidOperationException ? e.Message : $"{e.GetType().Name}: {e.Message}"];
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

        /// <summary>What its configuration was made of last, or could not be made of.</summary>
        public PolicyView? View { get; set; }

        /// <summary>What was published last.</summary>
        public string? Version { get; set; }

        public PublishedRoutes Routes { get; } = new();
    }
}
