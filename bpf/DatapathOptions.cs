namespace Jumpgate.Bpf;

/// <summary>How the kernel side is set up.</summary>
public sealed record DatapathOptions
{
    /// <summary>Folder in a BPF file system that holds the pinned maps, programs and links; mode 0700.</summary>
    public string PinDirectory { get; init; } = "/sys/fs/bpf/jumpgate";

    /// <summary>Flows remembered at once; the least recently used is evicted. Another size than the pinned one
    /// starts with fresh maps.</summary>
    public uint FlowTableSize { get; init; } = 262144;

    /// <summary>Load the programs of the socket acceleration too, where the kernel has what they need.</summary>
    public bool Lanes { get; init; }
}
