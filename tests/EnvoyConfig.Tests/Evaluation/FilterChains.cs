using System.Net;
using Envoy.Config.Core.V3;
using Envoy.Config.Listener.V3;

namespace Jumpgate.EnvoyConfig.Tests.Evaluation;

/// <summary>
/// Which of a listener's filter chains takes a connection (listener_components.proto, FilterChainMatch): "Suppose there
/// exists N filter chains. Prune the filter chain set using the above 8 steps. In each step, filter chains which most
/// specifically matches the attributes continue to the next step. The listener guarantees at most 1 filter chain is
/// left after all of the steps."
/// </summary>
internal static class FilterChains
{
    /// <returns>Null: the connection is closed.</returns>
    public static FilterChain? Select(Listener listener, DownstreamConnection connection)
    {
        if (Inspectors.Inspect(listener, connection) is not { } known)
        {
            return null;
        }

        List<FilterChain> left = [.. listener.FilterChains];
        foreach (var chain in left)
        {
            NotModelledException.ThrowUnlessOnly(
                chain.FilterChainMatch ?? new(), "destination_port", "prefix_ranges", "direct_source_prefix_ranges",
                "source_prefix_ranges", "source_ports", "transport_protocol", "application_protocols");
        }

        // 1. "filter chains specifying the destination port of incoming traffic are the most specific match. If none of
        // the filter chains specifies the exact destination port, the filter chains which do not specify ports are the
        // most specific match. Filter chains specifying the wrong port can never be the most specific match."
        left = MostSpecific(left, m => m.DestinationPort is not { } port
            ? 0 : port == connection.Destination.Port ? 1 : -1);
        // 2. Destination IP address.
        left = MostSpecific(left, m => Longest(m.PrefixRanges, connection.Destination.Address));
        // 3: server names are refused above. 4. Transport protocol.
        left = MostSpecific(left, m => m.TransportProtocol.Length == 0
            ? 0 : m.TransportProtocol == known.Transport ? 1 : -1);
        // 5. Application protocols: those of the connection are looked up one after another, and the first that has
        // chains is taken.
        left = MostSpecific(left, m => m.ApplicationProtocols.Count == 0
            ? 0 : First(known.Protocols, m.ApplicationProtocols));
        // 6. Directly connected source IP address.
        left = MostSpecific(left, m => Longest(m.DirectSourcePrefixRanges, connection.Source.Address));
        // 7: source type is refused above. 8. Source IP address: the same, without a filter that overrides it.
        left = MostSpecific(left, m => Longest(m.SourcePrefixRanges, connection.Source.Address));
        // 9. Source port.
        left = MostSpecific(left, m => m.SourcePorts.Count == 0
            ? 0 : m.SourcePorts.Contains((uint)connection.Source.Port) ? 1 : -1);
        return left.Count <= 1 ? left.FirstOrDefault() ?? listener.DefaultFilterChain
            : throw new NotModelledException(
                $"{connection} meets more than one chain: {string.Join(", ", left.Select(c => c.Name))}");
    }

    /// <param name="rank">Negative: no match; 0: no condition; otherwise the higher, the more specific.</param>
    private static List<FilterChain> MostSpecific(List<FilterChain> chains, Func<FilterChainMatch, int> rank)
    {
        var ranked = chains.Select(c => (Chain: c, Rank: rank(c.FilterChainMatch ?? new())))
            .Where(c => c.Rank >= 0).ToList();
        return [.. ranked.Where(c => c.Rank == ranked.Max(r => r.Rank)).Select(c => c.Chain)];
    }

    private static int First(IReadOnlyList<string> offered, ICollection<string> wanted)
    {
        var at = offered.ToList().FindIndex(wanted.Contains);
        return at < 0 ? -1 : offered.Count - at;
    }

    /// <summary>No prefix is as 0.0.0.0/0 and ::/0, which Envoy makes of it.</summary>
    private static int Longest(IEnumerable<CidrRange> ranges, IPAddress address) => !ranges.Any() ? 0
        : ranges.Where(r => Matching.Contains(r, address)).Select(r => (int)(r.PrefixLen ?? 0))
        .DefaultIfEmpty(-1).Max();
}
