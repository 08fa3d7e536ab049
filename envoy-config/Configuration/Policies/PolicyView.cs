using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Jumpgate.Policy;
using Jumpgate.Policy.Identities;
using Jumpgate.Policy.Snapshots;

namespace Jumpgate.EnvoyConfig.Policies;

/// <summary>
/// One snapshot's policy by addresses and ports: what Envoy can tell apart. Every decision in it is the snapshot's own
/// (<see cref="PolicySnapshot.Resolve"/>), the one that the kernel and the proxy go by. Thread-safe.
/// </summary>
public sealed class PolicyView
{
    private const int TcpPorts = 65536;
    private static readonly L4Decision Withheld = new(L4Verdict.DefaultDeny, null);
    private readonly IReadOnlyDictionary<IPNetwork, PolicyGroup> _former;
    private readonly PrefixTable _prefixes;
    private readonly TlsPeers _tls;
    private readonly ImmutableArray<ImmutableArray<PortRange>> _classes;
    private readonly ConcurrentDictionary<(PolicyGroup, TrafficDirection), ImmutableArray<PortView>> _views = new();

    /// <exception cref="InvalidOperationException">The snapshot's tables are too large
    /// (<see cref="PolicySnapshot.Tables"/>).</exception>
    public PolicyView(PolicySnapshot snapshot)
        : this(snapshot, ImmutableDictionary<IPNetwork, PolicyGroup>.Empty)
    {
    }

    /// <param name="former">Addresses (of <see cref="Owners"/>) whose former owners' rights may still be in force
    /// somewhere. At such an address everybody else has what the former owner and the one of now both would.</param>
    /// <exception cref="InvalidOperationException">The snapshot's tables are too large
    /// (<see cref="PolicySnapshot.Tables"/>).</exception>
    public PolicyView(PolicySnapshot snapshot, IReadOnlyDictionary<IPNetwork, PolicyGroup> former)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(former);
        _former = former;
        Snapshot = snapshot;
        var tables = snapshot.Tables;
        _prefixes = new PrefixTable(tables.IpCache, former);
        _tls = new TlsPeers(snapshot);
        Owners = tables.IpCache.Where(e => e.Prefix == Whole(e.Prefix.BaseAddress))
            .ToImmutableDictionary(e => e.Prefix, e => e.Group);
        _classes = [.. Ranges(tables.PortClasses)
            .GroupBy(r => tables.PortClasses[r.First], (_, ranges) => ranges.ToImmutableArray())];
    }

    public PolicySnapshot Snapshot { get; }

    /// <summary>Single addresses that are somebody's: workloads', the node's, those that rules name.</summary>
    public ImmutableDictionary<IPNetwork, PolicyGroup> Owners { get; }

    /// <summary>Addresses from which this workload is spoken to over mutual TLS, and not otherwise.</summary>
    public ImmutableArray<IPNetwork> TlsPeersOf(Workload workload) => _tls.Of(workload);

    /// <param name="workload">One of the snapshot.</param>
    public DirectionView Of(Workload workload, TrafficDirection direction)
    {
        ArgumentNullException.ThrowIfNull(workload);
        var group = Snapshot.GroupOf(workload);
        var ports = _views.GetOrAdd((group, direction), key => Compile(key.Item1, key.Item2));
        return new DirectionView(
            workload, direction, workload.Tls is null || _tls.IsEmpty ? ports : _tls.Split(ports, workload, direction));
    }

    /// <summary>
    /// Ports that another direction or workload tells apart are one here, where their peers get the same.
    /// </summary>
    private ImmutableArray<PortView> Compile(PolicyGroup subject, TrafficDirection direction)
    {
        var numbers = new Dictionary<L4Decision, int>();
        var found = new Dictionary<string, (L4Decision[] Decisions, List<PortRange> Ranges)>();
        foreach (var ranges in _classes)
        {
            L4Decision[] decisions =
                [.. _prefixes.Owners.Select(peer => Decide(subject, peer, direction, ranges[0].First))];
            foreach (var decision in decisions)
            {
                numbers.TryAdd(decision, numbers.Count);
            }

            var key = string.Join(',', decisions.Select(d => numbers[d]));
            if (!found.TryGetValue(key, out var same))
            {
                found.Add(key, same = (decisions, []));
            }

            same.Ranges.AddRange(ranges);
        }

        return [.. found.Values.Select(f => new PortView(PortRange.Join(f.Ranges), _prefixes.Divide(f.Decisions)))];
    }

    /// <summary>The decision about connections of a workload to an address of another.</summary>
    internal L4Decision Egress(Workload workload, Workload server, IPAddress address, ushort port) => Decide(
        Snapshot.GroupOf(workload),
        new AddressOwner(Snapshot.GroupOf(server), _former.TryGetValue(Whole(address), out var former) ? former : null),
        TrafficDirection.Egress,
        port);

    private static IPNetwork Whole(IPAddress address) =>
        new(address, address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128);

    private L4Decision Decide(PolicyGroup subject, AddressOwner peer, TrafficDirection direction, ushort port)
    {
        var decision = Decide(subject, peer.Group, direction, port);
        return peer.Former is not { } former || decision == Decide(subject, former, direction, port)
            ? decision : Withheld;
    }

    private L4Decision Decide(PolicyGroup subject, PolicyGroup peer, TrafficDirection direction, ushort port) =>
        direction == TrafficDirection.Ingress
            ? Snapshot.Resolve(peer, subject, L4Protocol.Tcp, port).Ingress
            : Snapshot.Resolve(subject, peer, L4Protocol.Tcp, port).Egress;

    private static IEnumerable<PortRange> Ranges(ImmutableArray<ushort> classes)
    {
        var first = 1;
        for (var port = 2; port <= TcpPorts; port++)
        {
            if (port == TcpPorts || classes[port] != classes[first])
            {
                yield return new PortRange((ushort)first, (ushort)(port - 1));
                first = port;
            }
        }
    }
}
