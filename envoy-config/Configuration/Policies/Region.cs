using System.Collections.Immutable;
using System.Net;
using Jumpgate.Policy.Workloads;

namespace Jumpgate.EnvoyConfig.Policies;

/// <summary>The addresses of a prefix but for those of others inside it, which mean something else.</summary>
public sealed record Region(IPNetwork Prefix, ImmutableArray<IPNetwork> Except)
{
    /// <summary>
    /// Who the workload with this address has to be by its certificate; null: its address is all that is known.
    /// </summary>
    public SpiffeId? Id { get; init; }
}
