using System.Collections.Immutable;
using System.Net;
using Jumpgate.Policy.Documents;
using Jumpgate.Policy.Identities;
using Jumpgate.Policy.Labels;

namespace Jumpgate.Policy.Snapshots;

/// <summary>
/// Everybody a rule of this snapshot can mean, densely numbered: reserved ones, workload groups, prefixes.
/// </summary>
internal sealed class PeerCatalog
{
    private readonly Dictionary<PolicyGroup, Peer> _byGroup = [];
    private readonly Dictionary<Workload, Peer> _byWorkload = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, NamedPorts> _ports = [];
    private readonly List<Peer> _peers = [];

    public PeerCatalog(
        ImmutableArray<Workload> workloads, ImmutableArray<PolicyDocument> documents, IdentityAllocator identities)
    {
        Unknown = AddReserved(ReservedIdentity.Unknown, PeerKind.Unknown, "unknown");
        Host = AddReserved(ReservedIdentity.Host, PeerKind.Host, "host");
        World = AddReserved(ReservedIdentity.World, PeerKind.World, "world");
        AddReserved(ReservedIdentity.Unmanaged, PeerKind.Unknown, "unmanaged");
        AddReserved(ReservedIdentity.Health, PeerKind.Unknown, "health");
        WorldIPv4 = AddReserved(
            ReservedIdentity.WorldIPv4, PeerKind.Prefix, "world-ipv4", new AddressPrefix(true, UInt128.Zero, 0));
        WorldIPv6 = AddReserved(
            ReservedIdentity.WorldIPv6, PeerKind.Prefix, "world-ipv6", new AddressPrefix(false, UInt128.Zero, 0));
        var firstWorkload = _peers.Count;
        foreach (var workload in workloads)
        {
            AddWorkload(workload, identities);
        }

        Subjects = [.. _peers.Skip(firstWorkload)];
        foreach (var prefix in PrefixesOf(documents))
        {
            if (prefix.Length > 0 && !LinkLocal.Contains(prefix))
            {
                var network = prefix.ToNetwork();
                Add(PeerKind.Prefix, identities.ForCidr(network), IdentityAllocator.CidrLabels(network), prefix);
            }
        }
    }

    /// <summary>Link-local peers of a workload's link are the node itself, whatever CIDR rules say.</summary>
    public static AddressPrefix LinkLocal { get; } = AddressPrefix.Of(IPNetwork.Parse("fe80::/10"));

    public IReadOnlyList<Peer> Peers => _peers;

    /// <summary>Workload groups in order of first appearance.</summary>
    public ImmutableArray<Peer> Subjects { get; }

    public Peer Unknown { get; }

    public Peer Host { get; }

    public Peer World { get; }

    public Peer WorldIPv4 { get; }

    public Peer WorldIPv6 { get; }

    public IEnumerable<NamedPorts> PortMaps => _ports.Values;

    public Peer Of(Workload workload) => _byWorkload[workload];

    public Peer? Find(PolicyGroup group) => _byGroup.GetValueOrDefault(group);

    private static SortedSet<AddressPrefix> PrefixesOf(ImmutableArray<PolicyDocument> documents)
    {
        var result = new SortedSet<AddressPrefix>();
        foreach (var entry in documents.SelectMany(d => d.Rules).SelectMany(Entries))
        {
            foreach (var peer in entry.Peers is CidrPeers cidrs ? cidrs.Prefixes : [])
            {
                result.Add(AddressPrefix.Of(peer.Prefix));
                result.UnionWith(peer.Except.Select(AddressPrefix.Of));
            }
        }

        return result;
    }

    private static IEnumerable<RuleEntry> Entries(PolicyRule rule) =>
        (rule.Ingress ?? []).Concat(rule.Egress ?? []).Concat(rule.IngressDeny ?? []).Concat(rule.EgressDeny ?? []);

    private Peer AddReserved(NumericIdentity identity, PeerKind kind, string name, AddressPrefix? prefix = null)
    {
        var labels = new List<Label> { new("reserved", name, string.Empty) };
        if (prefix is not null)
        {
            labels.Add(new Label("reserved", "world", string.Empty));
        }

        return Add(kind, identity, new LabelSet(labels), prefix);
    }

    private void AddWorkload(Workload workload, IdentityAllocator identities)
    {
        var labels = IdentityLabels.Of(workload.Labels);
        var identity = identities.ForLabels(labels);
        var group = identities.ForGroup(identity, workload.Ports);
        if (!_byGroup.TryGetValue(group, out var peer))
        {
            peer = Add(PeerKind.Workload, identity, labels, null, group, workload.Ports);
        }

        _byWorkload[workload] = peer;
    }

    private Peer Add(
        PeerKind kind,
        NumericIdentity identity,
        LabelSet labels,
        AddressPrefix? prefix,
        PolicyGroup? group = null,
        ImmutableDictionary<string, ushort>? ports = null)
    {
        var peer = new Peer
        {
            Index = _peers.Count,
            Kind = kind,
            Group = group ?? new PolicyGroup(identity.Value),
            Identity = new IdentityRecord(identity, labels),
            Prefix = prefix,
            Ports = Intern(ports ?? ImmutableDictionary<string, ushort>.Empty),
        };
        _peers.Add(peer);
        _byGroup.Add(peer.Group, peer);
        return peer;
    }

    private NamedPorts Intern(ImmutableDictionary<string, ushort> ports)
    {
        var lower = ImmutableDictionary.CreateBuilder<string, ushort>();
        foreach (var (name, number) in ports)
        {
            lower[name.ToLowerInvariant()] = number;
        }

        var normalised = lower.ToImmutable();
        var key = PortNames.Key(normalised);
        if (!_ports.TryGetValue(key, out var result))
        {
            result = new NamedPorts(_ports.Count, normalised);
            _ports.Add(key, result);
        }

        return result;
    }
}
