using System.Collections.Immutable;

namespace Jumpgate.Policy.Identities;

/// <summary>
/// What an <see cref="IdentityAllocator"/> remembers, in plain types for a serializer. Numbers outlive a restart so
/// that flows and pinned kernel maps keep meaning the same thing.
/// </summary>
public sealed record IdentityAllocatorState
{
    public required ImmutableArray<WorkloadIdentityState> Workloads { get; init; }
    public required ImmutableArray<CidrIdentityState> Cidrs { get; init; }
    public required ImmutableArray<GroupState> Groups { get; init; }
}

/// <summary>The number of a workload label set.</summary>
public sealed record WorkloadIdentityState(uint Identity, ImmutableArray<LabelState> Labels);

/// <summary>One label of a <see cref="WorkloadIdentityState"/>.</summary>
public sealed record LabelState(string Source, string Key, string Value);

/// <param name="Prefix">As <c>10.0.0.0/8</c> or <c>2001:db8::/32</c>.</param>
public sealed record CidrIdentityState(uint Identity, string Prefix);

/// <summary>The group of one identity's workloads with these named ports.</summary>
public sealed record GroupState(uint Group, uint Identity, ImmutableDictionary<string, ushort> Ports);
