using System.Collections.Immutable;

namespace Jumpgate.Bpf;

/// <summary>Dropped packets by reason, summed over CPUs, since the maps were made.</summary>
/// <param name="ByReason">Indexed by the number of a <see cref="DropReason"/>.</param>
public sealed record DropCounters(ImmutableArray<PacketCounter> ByReason)
{
    /// <summary>Drops for one reason.</summary>
    public PacketCounter this[DropReason reason] => ByReason[(int)reason];
}

/// <summary>New flows by verdict, summed over CPUs, since the maps were made.</summary>
/// <param name="ByVerdict">Indexed by the number of a <see cref="Verdict"/>.</param>
public sealed record VerdictCounters(ImmutableArray<PacketCounter> ByVerdict)
{
    /// <summary>Flows with one verdict.</summary>
    public PacketCounter this[Verdict verdict] => ByVerdict[(int)verdict];
}
