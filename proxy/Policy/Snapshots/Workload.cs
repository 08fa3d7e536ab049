using System.Collections.Immutable;
using System.Net;
using Jumpgate.Policy.Labels;
using Jumpgate.Policy.Workloads;

namespace Jumpgate.Policy.Snapshots;

/// <summary>A workload as policy sees it: no interface, no namespace of the kernel.</summary>
public sealed record Workload
{
    public required string Name { get; init; }
    public required LabelSet Labels { get; init; }
    public required ImmutableArray<IPAddress> Addresses { get; init; }
    /// <summary>Port names that policies may use.</summary>
    public ImmutableDictionary<string, ushort> Ports { get; init; } = ImmutableDictionary<string, ushort>.Empty;
    /// <summary>Null: it speaks plain text. The kernel's policy takes no notice of it.</summary>
    public WorkloadTls? Tls { get; init; }
    /// <summary>Null: its Envoy takes what policy opens without L7 rules for bytes.</summary>
    public ProtocolDetection? Detection { get; init; }
}
