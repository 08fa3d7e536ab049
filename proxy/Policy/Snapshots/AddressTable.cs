using System.Collections.Immutable;
using System.Net;

namespace Jumpgate.Policy.Snapshots;

/// <summary>Longest-prefix table from addresses to peers: what the kernel's ipcache holds.</summary>
internal sealed class AddressTable
{
    private readonly Dictionary<AddressPrefix, (Peer Peer, Workload? Workload)> _entries = [];
    private readonly ImmutableArray<int> _lengthsIPv4;
    private readonly ImmutableArray<int> _lengthsIPv6;

    /// <summary>
    /// Where two facts claim one prefix, workloads come before the node, and the node before CIDR rules.
    /// </summary>
    public AddressTable(PeerCatalog catalog, ImmutableArray<Workload> workloads, IEnumerable<IPAddress> hostAddresses)
    {
        var diagnostics = ImmutableArray.CreateBuilder<SnapshotDiagnostic>();
        foreach (var workload in workloads)
        {
            AddWorkload(workload, catalog.Of(workload), diagnostics);
        }

        foreach (var address in hostAddresses)
        {
            if (!_entries.TryAdd(AddressPrefix.Of(address), (catalog.Host, null))
                && _entries[AddressPrefix.Of(address)].Workload is { } owner)
            {
                diagnostics.Add(new SnapshotDiagnostic(
                    SnapshotProblem.WorkloadHasHostAddress, address, owner,
                    $"workload {owner.Name}: {address} is also an address of this node; give the workload its own"));
            }
        }

        _entries.TryAdd(PeerCatalog.LinkLocal, (catalog.Host, null));
        foreach (var peer in catalog.Peers)
        {
            if (peer.Prefix is { } prefix)
            {
                _entries.TryAdd(prefix, (peer, null));
            }
        }

        _lengthsIPv4 = Lengths(true);
        _lengthsIPv6 = Lengths(false);
        Diagnostics = diagnostics.ToImmutable();
    }

    public ImmutableArray<SnapshotDiagnostic> Diagnostics { get; }

    public (Peer Peer, Workload? Workload) Lookup(IPAddress address)
    {
        var key = AddressPrefix.Of(address);
        foreach (var length in key.IsIPv4 ? _lengthsIPv4 : _lengthsIPv6)
        {
            if (_entries.TryGetValue(key.Truncate(length), out var entry))
            {
                return entry;
            }
        }

        throw new InvalidOperationException($"{address} is in no prefix, although /0 is always present");
    }

    public ImmutableArray<IpCacheEntry> ToIpCache() =>
        [.. _entries.OrderBy(e => e.Key).Select(e =>
            new IpCacheEntry(e.Key.ToNetwork(), e.Value.Peer.Identity.Identity, e.Value.Peer.Group))];

    private ImmutableArray<int> Lengths(bool isIPv4) =>
        [.. _entries.Keys.Where(k => k.IsIPv4 == isIPv4).Select(k => k.Length).Distinct().OrderDescending()];

    private void AddWorkload(Workload workload, Peer peer, ImmutableArray<SnapshotDiagnostic>.Builder diagnostics)
    {
        foreach (var address in workload.Addresses)
        {
            var key = AddressPrefix.Of(address);
            if (!_entries.TryAdd(key, (peer, workload)) && !ReferenceEquals(_entries[key].Workload, workload))
            {
                var owner = _entries[key].Workload!.Name;
                diagnostics.Add(new SnapshotDiagnostic(
                    SnapshotProblem.DuplicateAddress, address, workload,
                    $"workload {workload.Name}: {address} belongs to workload {owner} already, which keeps it; "
                    + "remove it from one of them"));
            }
        }
    }
}
