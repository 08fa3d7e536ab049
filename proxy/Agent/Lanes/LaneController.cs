using System.Collections.Immutable;
using System.Net;
using System.Runtime.InteropServices;
using Jumpgate.Agent.Listening;
using Jumpgate.Agent.Workloads;
using Jumpgate.Bpf;
using Jumpgate.Bpf.Netlink;
using Jumpgate.Connections.Sockets;
using Jumpgate.Http.Connections;
using Jumpgate.Policy.Labels;
using Jumpgate.Policy.Snapshots;
using Jumpgate.Policy.Workloads;
using Jumpgate.Sockmap.Lanes;
using Microsoft.Extensions.Logging;

namespace Jumpgate.Agent.Lanes;

/// <summary>
/// Decides whose sockets may join, opens lanes for the proxy's connections, and keeps them at the policy's revision.
/// The automata of a revision are written before any lane refers to them, and taken away a revision after the last one
/// does.
/// </summary>
internal sealed class LaneController
{
    /// <summary>As a thread in the node's namespace sees it.</summary>
    private const string NodesNamespace = "/proc/thread-self/ns/net";

    private readonly LaneDatapath _datapath;
    private readonly NetworkNamespace _node;
    private readonly LaneTable _table;
    private readonly LaneAutomata _automata;
    private ConnectionTable? _connections;

    public LaneController(
        LaneDatapath datapath,
        NetworkNamespace node,
        LaneMode mode,
        byte[] responses,
        Func<ConnectionPolicy, AutomatonTable> compile,
        ILogger logger)
    {
        _datapath = datapath;
        _node = node;
        _table = new LaneTable(datapath);
        _automata = new LaneAutomata(datapath, responses, compile, TimeProvider.System);
        _automata.Compiled += RenewAll;
        Direct = new DirectPairs(datapath, node, logger);
        datapath.Settings.NodeNetns = node.Cookie;
        datapath.Settings.Mode = mode;
        datapath.Attend();
        datapath.Attach();
    }

    /// <summary>The node's switch; counts from the next message on.</summary>
    public LaneMode Mode
    {
        get => _datapath.Settings.Mode;
        set => _datapath.Settings.Mode = value;
    }

    /// <summary>Whether requests decided in the kernel are told of one by one.</summary>
    public bool IsObserved
    {
        get => _datapath.Settings.Observed != 0;
        set => _datapath.Settings.Observed = value ? 1u : 0;
    }

    /// <summary>False: only workloads whose label asks for it.</summary>
    public bool IsDefault => _datapath.CountsQueues;

    /// <summary>Pairs of applications without a proxy in between.</summary>
    public DirectPairs Direct { get; }

    public LaneTable Table => _table;

    public LaneAutomata Automata => _automata;

    /// <summary>What the lanes of a connection are opened with.</summary>
    public ILaneOpener Opener(OpenConnection connection) => new ConnectionLanes(this, connection);

    /// <summary>Whether a socket of ours has joined, and what paces sends to its other end.</summary>
    public ValueTask<SocketPacing> PaceAsync(SafeHandle socket) =>
        _datapath.TryGetSocket(socket, out var own) ? PaceJoinedAsync(socket, own) : default;

    /// <summary>
    /// Sockets of workloads whose namespace we know may join; those of workloads that are gone no more.
    /// </summary>
    public void SetWorkloads(ImmutableArray<LocatedWorkload> workloads)
    {
        var wanted = new Dictionary<IPAddress, LaneEndpoint>();
        var names = new Dictionary<IPAddress, string>();
        var cookies = new Dictionary<ulong, string>();
        foreach (var workload in workloads)
        {
            var (mode, isAskedFor) = ModeOf(workload);
            if (NamespaceOf(workload.Definition) is not { } name)
            {
                continue;
            }

            using var netns = _node.Run(() => NetworkNamespace.TryOpen(name, out _));
            if (netns is null)
            {
                continue;
            }

            cookies[netns.Cookie] = name;
            if (mode == LaneMode.Off)
            {
                continue;
            }

            foreach (var address in workload.Addresses)
            {
                wanted[address] = new LaneEndpoint
                {
                    Netns = netns.Cookie,
                    Mode = mode,
                    Direct = isAskedFor ? 1u : 0,
                };
                names[address] = name;
            }
        }

        // Those of a former agent are among them.
        foreach (var gone in _datapath.ReadEndpoints().Where(address => !wanted.ContainsKey(address)))
        {
            _datapath.RemoveEndpoint(gone);
        }

        foreach (var (address, endpoint) in wanted)
        {
            _datapath.SetEndpoint(address, endpoint);
        }

        Direct.SetNamespaces(names, cookies);
        _datapath.Settings.Generation++;
    }

    /// <summary>After a revision is in force: every lane is told what decides now.</summary>
    public void Renew(PolicySnapshot snapshot, ConnectionTable connections)
    {
        _connections = connections;
        _automata.Begin(snapshot.Revision);
        RenewAll();
        _automata.End();
    }

    private async ValueTask<SocketPacing> PaceJoinedAsync(SafeHandle socket, LaneSocket own) =>
        new(true, await _table.TryFindPeerAsync(own) is { } reader ? new QueuePacer(_datapath, socket, reader) : null);

    internal LaneHandle? TryOpen(TcpChannel client, TcpChannel server, ConnectionPolicy policy)
    {
        var automaton = _automata.Find(policy);
        return automaton is { Offset: 0, IsFinal: true } ? null : _table.TryCreate(client.Handle, server.Handle);
    }

    internal void Renew(LaneHandle lane, ConnectionPolicy policy) =>
        lane.Renew(policy.Revision, _automata.Find(policy).Offset, _automata.Responses);

    private void RenewAll()
    {
        foreach (var connection in _connections?.List() ?? [])
        {
            if (connection.Lane is { } lane)
            {
                Renew(lane, connection.Resolved);
            }
        }
    }

    private static string? NamespaceOf(WorkloadDefinition workload) =>
        workload.IsOnLoopback ? NodesNamespace : workload.NetworkNamespace;

    /// <summary>
    /// What the label says; without one everything, but where the kernel may make some servers wait for ever.
    /// Applications that the proxy would not come between are any program at all, and some cannot bear joined sockets
    /// (splice(2), MSG_WAITALL): those a label must name.
    /// </summary>
    private (LaneMode Mode, bool IsAskedFor) ModeOf(LocatedWorkload workload)
    {
        var label = workload.Definition.Labels.Where(l => l.Key == IdentityLabels.LaneMode).Select(l => l.Value)
            .FirstOrDefault();
        if (LaneModes.TryParse(label, out var mode))
        {
            return (mode, mode != LaneMode.Off);
        }

        return (_datapath.CountsQueues ? LaneMode.Policy : LaneMode.Off, false);
    }
}
