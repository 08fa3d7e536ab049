using System.Collections.Immutable;

namespace Jumpgate.EnvoyConfig.Policies;

/// <summary>TCP ports, both ends inclusive.</summary>
public readonly record struct PortRange(ushort First, ushort Last)
{
    public int Count => Last - First + 1;

    public bool Contains(ushort port) => port >= First && port <= Last;

    /// <summary>The same ports in order, neighbours together.</summary>
    public static ImmutableArray<PortRange> Join(IEnumerable<PortRange> ranges)
    {
        var joined = new List<PortRange>();
        foreach (var range in ranges.OrderBy(r => r.First))
        {
            if (joined.Count > 0 && joined[^1].Last + 1 == range.First)
            {
                joined[^1] = joined[^1] with { Last = range.Last };
            }
            else
            {
                joined.Add(range);
            }
        }

        return [.. joined];
    }

    public override string ToString() => First == Last ? $"{First}" : $"{First}-{Last}";
}
