using System.Net;
using Envoy.Config.Core.V3;
using Envoy.Config.Listener.V3;
using Jumpgate.EnvoyConfig.Policies;
using Jumpgate.EnvoyConfig.Rbac;
using Jumpgate.Policy.Snapshots;
using TrafficDirection = Jumpgate.Policy.TrafficDirection;

namespace Jumpgate.EnvoyConfig.Sidecar;

/// <summary>
/// Which connections a filter chain is for. Envoy takes the chains with the connection's port, or, if there are none,
/// those without a port; of these the one with the longest prefix around the peer's address, as the kernel's look-up
/// does. Where none fits, the connection is closed before anything was sent to it.
/// </summary>
internal static class ChainMatches
{
    /// <param name="port">Null: every port that no chain names.</param>
    /// <param name="prefixes">Empty: everybody.</param>
    public static FilterChainMatch Create(TrafficDirection direction, ushort? port, IEnumerable<IPNetwork> prefixes)
    {
        var match = new FilterChainMatch { DestinationPort = port };
        var peers = direction == TrafficDirection.Ingress ? match.DirectSourcePrefixRanges : match.PrefixRanges;
        peers.AddRange(prefixes.Select(Matchers.Cidr));
        return match;
    }

    /// <summary>The prefixes of peers that some chain takes, in an order that rules do not change; empty where that is
    /// everybody.</summary>
    public static List<IPNetwork> Of(IEnumerable<PeerView> peers) =>
        [.. peers.Where(p => !p.IsEverybody).SelectMany(p => p.Regions).Select(r => r.Prefix)
            .OrderBy(AddressPrefix.Of)];

    /// <summary>What lies inside those prefixes, and belongs to nobody who may come in: without a chain of its own it
    /// would be taken for the prefix around it.</summary>
    public static List<IPNetwork> Holes(IReadOnlyCollection<PeerView> open, IReadOnlyCollection<PeerView> closed)
    {
        var inside = open.SelectMany(p => p.Regions).SelectMany(r => r.Except).ToHashSet();
        return [.. closed.SelectMany(p => p.Regions).Select(r => r.Prefix).Where(inside.Contains)];
    }
}
