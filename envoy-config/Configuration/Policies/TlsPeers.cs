using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Jumpgate.Policy;
using Jumpgate.Policy.Snapshots;
using Jumpgate.Policy.Workloads;

namespace Jumpgate.EnvoyConfig.Policies;

/// <summary>
/// Takes the addresses of workloads with SPIFFE IDs out of views of peers: with them a workload that has one too speaks
/// mutual TLS, and nothing else. Decisions stay what they are.
/// </summary>
internal sealed class TlsPeers
{
    private readonly ImmutableArray<(IPNetwork Prefix, SpiffeId Id)> _all;
    private readonly Dictionary<IPNetwork, SpiffeId> _byPrefix;

    public TlsPeers(PolicySnapshot snapshot)
    {
        // An address that two workloads claim belongs to the one that the look-up finds.
        _byPrefix = snapshot.Workloads.SelectMany(w => w.Addresses).Distinct()
            .Select(a => (Address: a, snapshot.Lookup(a).Workload?.Tls))
            .Where(a => a.Tls is not null)
            .ToDictionary(a => Whole(a.Address), a => a.Tls!.Id);
        _all = [.. _byPrefix.Select(p => (p.Key, p.Value))];
    }

    public bool IsEmpty => _all.IsEmpty;

    /// <summary>Who has to show a certificate to this workload. What it sends to itself never leaves its network
    /// namespace, and with its own address nobody outside could finish a handshake: there is nothing to
    /// prove.</summary>
    public ImmutableArray<IPNetwork> Of(Workload subject) =>
        subject.Tls is null ? [] : [.. _all.Select(p => p.Prefix).Except(subject.Addresses.Select(Whole))];

    public ImmutableArray<PortView> Split(ImmutableArray<PortView> ports, Workload subject, TrafficDirection direction)
    {
        var own = subject.Addresses.Select(Whole).ToHashSet();
        return [.. ports.Select(p => p with { Peers = [.. p.Peers.SelectMany(peer => Split(peer, own, direction))] })];
    }

    /// <summary>Nobody needs a certificate to be refused: what is denied stays denied by address.</summary>
    private IEnumerable<PeerView> Split(PeerView peer, HashSet<IPNetwork> own, TrafficDirection direction)
    {
        if (!peer.IsOpen && !peer.HasHttp && !peer.HasKafka)
        {
            return [peer];
        }

        var plain = new List<Region>();
        var secured = new List<Region>();
        foreach (var region in peer.Regions)
        {
            var inside = Inside(region).Where(p => !own.Contains(p.Prefix)).ToList();
            secured.AddRange(inside.Select(p => new Region(p.Prefix, []) { Id = p.Id }));
            if (inside is not [var only] || only.Prefix != region.Prefix)
            {
                plain.Add(inside.Count == 0
                    ? region : region with { Except = [.. region.Except, .. inside.Select(p => p.Prefix)] });
            }
        }

        if (secured.Count == 0)
        {
            return [peer];
        }

        // Requests are judged one by one, so that their peers may share a chain. Where bytes pass, the server may speak
        // first: the handshake itself has to tell the peers apart; and to a server there is one cluster for each name
        // that it must have.
        var isShared = direction == TrafficDirection.Ingress && peer.HasHttp;
        var groups = secured.GroupBy(r => isShared ? r.Id!.TrustDomain : r.Id!.ToString(), StringComparer.Ordinal)
            .Select(g => new PeerView(peer.Decision, [.. g], IsEverybody: false) { Tls = g.Key });
        return plain.Count == 0 ? groups : groups.Prepend(new PeerView(peer.Decision, [.. plain], IsEverybody: false));
    }

    private IEnumerable<(IPNetwork Prefix, SpiffeId Id)> Inside(Region region)
    {
        if (IsOne(region.Prefix))
        {
            return _byPrefix.TryGetValue(region.Prefix, out var id) ? [(region.Prefix, id)] : [];
        }

        // Most of what a region excludes is workloads, of which there may be thousands.
        var workloads = region.Except.Where(IsOne).ToHashSet();
        var wide = region.Except.Where(e => !IsOne(e)).ToList();
        return _all.Where(p => IsIn(region.Prefix, p.Prefix) && !workloads.Contains(p.Prefix)
            && !wide.Exists(e => IsIn(e, p.Prefix)));
    }

    private static bool IsOne(IPNetwork prefix) => prefix.PrefixLength == Whole(prefix.BaseAddress).PrefixLength;

    private static bool IsIn(IPNetwork outer, IPNetwork one) =>
        outer.BaseAddress.AddressFamily == one.BaseAddress.AddressFamily && outer.Contains(one.BaseAddress);

    private static IPNetwork Whole(IPAddress address) =>
        new(address, address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128);
}
