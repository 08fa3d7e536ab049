using System.Collections.Immutable;
using Jumpgate.Policy;
using Jumpgate.Policy.Snapshots;

namespace Jumpgate.EnvoyConfig.Policies;

/// <summary>All that policy says of one workload's TCP connections in one direction.</summary>
/// <param name="Ports">Every port from 1 to 65535 is in one of them.</param>
public sealed record DirectionView(Workload Workload, TrafficDirection Direction, ImmutableArray<PortView> Ports)
{
    public PortView At(ushort port) => Ports.First(p => p.Ranges.Any(r => r.Contains(port)));

    public override string ToString() =>
        $"{Workload.Name}, {(Direction == TrafficDirection.Ingress ? "ingress" : "egress")}";
}
