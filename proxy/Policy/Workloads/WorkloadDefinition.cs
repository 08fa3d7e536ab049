using System.Collections.Immutable;
using System.Net;
using Jumpgate.Policy.Labels;

namespace Jumpgate.Policy.Workloads;

/// <summary>One workload as the workloads file writes it.</summary>
public sealed record WorkloadDefinition
{
    /// <summary>The node's own loopback, where workloads without a namespace are.</summary>
    public const string Loopback = "lo";

    public required SourceLocation Location { get; init; }
    public required string Name { get; init; }
    public required LabelSet Labels { get; init; }
    /// <summary>Name or path of its network namespace; null where only the interface is given.</summary>
    public string? NetworkNamespace { get; init; }
    /// <summary>Host-side interface; null: found from the namespace.</summary>
    public string? Interface { get; init; }
    /// <summary>It has no namespace of its own: processes of the node that bear one of its addresses.</summary>
    public bool IsOnLoopback => Interface == Loopback;
    /// <summary>Empty: found from the namespace.</summary>
    public ImmutableArray<IPAddress> Addresses { get; init; } = [];
    public ImmutableDictionary<string, ushort> Ports { get; init; } = ImmutableDictionary<string, ushort>.Empty;
    /// <summary>A proxy beside it; null: none.</summary>
    public SidecarDefinition? Sidecar { get; init; }
    /// <summary>Who it is in its certificate; null: it has none, and speaks plain text.</summary>
    public SpiffeId? Spiffe { get; init; }
    /// <summary>The same, with where its certificates are.</summary>
    public WorkloadTls? Tls { get; init; }
    /// <summary>Null: its Envoy takes what policy opens without L7 rules for bytes.</summary>
    public ProtocolDetection? Detection { get; init; }
}
