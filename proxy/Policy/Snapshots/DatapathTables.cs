using System.Collections.Immutable;
using System.Net;
using Jumpgate.Policy.Identities;

namespace Jumpgate.Policy.Snapshots;

/// <summary>A snapshot as the kernel needs it; see bpf/include/jumpgate.h for the maps these fill.</summary>
public sealed record DatapathTables
{
    public required ImmutableArray<IpCacheEntry> IpCache { get; init; }
    /// <summary>Only groups of workloads: their dense indices run from 0 to Length - 1.</summary>
    public required ImmutableArray<PolicyGroup> Subjects { get; init; }
    /// <summary>
    /// Class of every TCP port, then of every UDP port: 131,072 elements. Class 0 is "no ports" (ICMP and others).
    /// </summary>
    public required ImmutableArray<ushort> PortClasses { get; init; }
    public required int PortClassCount { get; init; }
    /// <summary>
    /// Verdicts for peers without an entry of their own: index (subject * 2 + direction) * PortClassCount + class.
    /// </summary>
    public required ImmutableArray<TableVerdict> Defaults { get; init; }
    /// <summary>Only where the verdict differs from the default.</summary>
    public required ImmutableArray<PolicyTableEntry> Policy { get; init; }
}

public readonly record struct IpCacheEntry(IPNetwork Prefix, NumericIdentity Identity, PolicyGroup Group);

/// <param name="Rule">Index for <see cref="PolicySnapshot.RuleAt"/>; <see cref="NoRule"/> where the default
/// decided.</param>
public readonly record struct TableVerdict(L4Verdict Verdict, bool Audit, uint Rule)
{
    public const uint NoRule = uint.MaxValue;
}

public readonly record struct PolicyTableEntry(
    int Subject, TrafficDirection Direction, PolicyGroup Peer, ushort PortClass, TableVerdict Verdict);
