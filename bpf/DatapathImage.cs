namespace Jumpgate.Bpf;

/// <summary>Everything the kernel needs to know of one policy revision; published whole or not at all.</summary>
public sealed record DatapathImage
{
    /// <summary>Values in <see cref="PortClasses"/>: one per TCP port, then one per UDP port.</summary>
    public const int PortClassTableLength = 2 * 65536;

    /// <summary>The revision: one more than the active one.</summary>
    public required ulong Revision { get; init; }

    /// <summary>Workload addresses of this node.</summary>
    public IReadOnlyList<KeyValuePair<EndpointKey, Endpoint>> Endpoints { get; init; } = [];

    /// <summary>Address prefixes and whose they are.</summary>
    public IReadOnlyList<KeyValuePair<IpCacheKey, IpCacheValue>> IpCache { get; init; } = [];

    /// <summary>Verdicts that differ from their subject's default.</summary>
    public IReadOnlyList<KeyValuePair<PolicyKey, PolicyValue>> Policy { get; init; } = [];

    /// <summary>The default verdicts, in the kernel's order.</summary>
    public ReadOnlyMemory<PolicyValue> Defaults { get; init; }

    /// <summary>Class of every port, <see cref="PortClassTableLength"/> values; empty: class 0 everywhere.</summary>
    public ReadOnlyMemory<ushort> PortClasses { get; init; }

    /// <summary>How many port classes there are, the portless class 0 included.</summary>
    public uint PortClassCount { get; init; }
}
