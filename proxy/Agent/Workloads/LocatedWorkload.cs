using System.Collections.Immutable;
using System.Net;
using Jumpgate.Policy.Workloads;

namespace Jumpgate.Agent.Workloads;

/// <summary>A workload and where it is plugged into this node.</summary>
/// <param name="Ifindex">Null while <paramref name="Waiting"/> says what is missing.</param>
/// <param name="Waiting">Null where the workload is attached (or about to be).</param>
internal sealed record LocatedWorkload(
    WorkloadDefinition Definition, int? Ifindex, string? Interface, ImmutableArray<IPAddress> Addresses,
    string? Waiting)
{
    public bool SameAs(LocatedWorkload other) =>
        Definition.Equals(other.Definition) && Ifindex == other.Ifindex && Waiting == other.Waiting
        && Addresses.SequenceEqual(other.Addresses);
}
