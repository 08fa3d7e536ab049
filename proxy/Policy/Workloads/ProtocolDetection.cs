using System.Collections.Immutable;

namespace Jumpgate.Policy.Workloads;

/// <summary>
/// Envoys look for plaintext HTTP where policy asks nobody for L7 rules, so that its requests are logged. It changes no
/// verdict.
/// </summary>
/// <param name="ServerFirstPorts">Ascending: ports whose servers speak first, where nothing is waited for.</param>
public sealed record ProtocolDetection(ImmutableArray<ushort> ServerFirstPorts)
{
    public bool Equals(ProtocolDetection? other) =>
        other is not null && ServerFirstPorts.SequenceEqual(other.ServerFirstPorts);

    public override int GetHashCode() => ServerFirstPorts.Aggregate(ServerFirstPorts.Length, HashCode.Combine);
}
