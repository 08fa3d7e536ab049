using System.Collections.Immutable;

namespace Jumpgate.EnvoyConfig.Policies;

/// <summary>
/// Ports that no rule tells apart, and what their peers may do there. Each address is in one of the views.
/// </summary>
public sealed record PortView(ImmutableArray<PortRange> Ranges, ImmutableArray<PeerView> Peers)
{
    public bool HasL7 => Peers.Any(p => p.HasHttp || p.HasKafka);

    public override string ToString() =>
        Ranges is [{ Count: 1 }] ? $"port {Ranges[0]}" : $"ports {string.Join(", ", Ranges)}";
}
