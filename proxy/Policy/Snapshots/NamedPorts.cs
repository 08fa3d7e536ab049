using System.Collections.Immutable;

namespace Jumpgate.Policy.Snapshots;

/// <summary>
/// Named ports of a group. One object per distinct map of a snapshot, so that reference equality is content equality.
/// </summary>
internal sealed class NamedPorts(int index, ImmutableDictionary<string, ushort> ports)
{
    /// <summary>Dense number of the map; 0 is the empty one.</summary>
    public int Index { get; } = index;

    /// <summary>Names in lower case, as policies spell them.</summary>
    public ImmutableDictionary<string, ushort> Ports { get; } = ports;
}
