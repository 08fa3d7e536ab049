using System.Globalization;
using System.Net;
using Jumpgate.Agent.Lanes;
using Jumpgate.Bpf;
using Jumpgate.Sockmap.Lanes;

namespace Jumpgate.Agent.Admin;

/// <summary>What the admin socket says of lanes, and the switch.</summary>
internal sealed class LaneReports(LaneController? lanes, Datapath datapath, string? offBecause)
{
    public LaneListReport List() => lanes is null || datapath.Lanes is not { } kernel
        ? new LaneListReport(LaneModes.Name(LaneMode.Off), offBecause, 0, [], Empty, Empty, Empty, [],
            new DirectReport(0, Empty, []))
        : new LaneListReport(
            LaneModes.Name(lanes.Mode),
            null,
            lanes.Automata.Used,
            [.. lanes.Table.List().Select(lane => Describe(lane, datapath.ActiveRevision))],
            Count(kernel.ReadReasons(responses: false)),
            Count(kernel.ReadReasons(responses: true)),
            Latencies(kernel.ReadLatencies()),
            [.. lanes.Automata.List().Select(set => new LaneRuleSetReport(
                set.Policies, set.Automaton.Length, set.Automaton.Reason))],
            Describe(kernel.Direct));

    /// <summary>One line.</summary>
    public string Summary()
    {
        if (lanes is null)
        {
            return $"off: {offBecause}";
        }

        var sets = lanes.Automata.List();
        var whole = sets.Count(set => set.Automaton is { Offset: not 0, Reason: null });
        return $"{LaneModes.Name(lanes.Mode)}, {lanes.Table.Count} open, {whole} of {sets.Count} rule sets wholly in the kernel";
    }

    /// <summary>False where this node has no lanes.</summary>
    public bool TrySet(LaneMode mode)
    {
        if (lanes is null)
        {
            return false;
        }

        lanes.Mode = mode;
        return true;
    }

    private static readonly Dictionary<string, ulong> Empty = [];

    private const int PairsMax = 1000;

    private static DirectReport Describe(DirectDatapath direct)
    {
        var counts = direct.ReadCounts();
        return new DirectReport(
            counts[LeftReason.None],
            counts.Where(count => count.Key != LeftReason.None)
                .ToDictionary(count => LaneModes.Name(count.Key), count => count.Value),
            [.. direct.ReadPairs(PairsMax).Select(pair => new DirectPairReport(
                new IPEndPoint(pair.Key.Source.ToIPAddress(), pair.Key.SourcePort).ToString(),
                new IPEndPoint(pair.Key.Destination.ToIPAddress(), pair.Key.DestinationPort).ToString(),
                LaneModes.Name(pair.Pair.State),
                pair.Pair.FromActive.Bytes,
                pair.Pair.FromPassive.Bytes,
                pair.Pair.Reason == LeftReason.None ? null : LaneModes.Name(pair.Pair.Reason),
                LaneModes.Name(pair.Pair.Kind)))]);
    }

    private static LaneReport Describe(LaneHandle handle, ulong revision)
    {
        var lane = handle.Read();
        var underWay = handle.UnderWay;
        return new LaneReport(
            new IPEndPoint(handle.Key.Source.ToIPAddress(), handle.Key.SourcePort).ToString(),
            new IPEndPoint(handle.Key.Destination.ToIPAddress(), handle.Key.DestinationPort).ToString(),
            lane.Open == 0 ? "closed" : lane.Revision == revision ? "open" : "stale",
            lane.Requests,
            lane.RequestBytes,
            lane.ResponseBytes,
            underWay,
            Math.Round(handle.SinceLastUse.TotalSeconds, 3),
            lane.ClientReason == LaneReason.Decided ? null : LaneModes.Name(lane.ClientReason));
    }

    private static Dictionary<string, ulong> Latencies(ulong[] buckets) => Enumerable.Range(0, buckets.Length)
        .Where(bucket => buckets[bucket] > 0)
        .ToDictionary(bucket => (1L << bucket).ToString(CultureInfo.InvariantCulture), bucket => buckets[bucket]);

    private static Dictionary<string, ulong> Count(IReadOnlyDictionary<LaneReason, PacketCounter> counters) =>
        counters.ToDictionary(c => LaneModes.Name(c.Key), c => c.Value.Packets);
}
