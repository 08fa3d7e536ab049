namespace Jumpgate.Bpf;

/// <summary>A kernel map.</summary>
public sealed record BpfMapInfo
{
    /// <summary>Its name; inner maps carry that of their table.</summary>
    public required string Name { get; init; }

    /// <summary>Its type.</summary>
    public required BpfMapType Type { get; init; }

    /// <summary>The kernel's number for it.</summary>
    public required uint Id { get; init; }

    /// <summary>Bytes of a key.</summary>
    public required uint KeySize { get; init; }

    /// <summary>Bytes of a value.</summary>
    public required uint ValueSize { get; init; }

    /// <summary>How many entries fit; for the ring buffer: bytes.</summary>
    public required uint MaxEntries { get; init; }

    /// <summary>Entries in use; null for types that are always full or cannot tell.</summary>
    public long? UsedEntries { get; init; }

    /// <summary>Counting stopped at <see cref="UsedEntries"/>: there are more.</summary>
    public bool UsedIsLowerBound { get; init; }

    /// <summary>Bytes of kernel memory, as the kernel says.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>For inner maps: the slot they are in.</summary>
    public uint? Slot { get; init; }
}

/// <summary>A loaded program.</summary>
public sealed record BpfProgramInfo
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its type in words: tc or sk_lookup.</summary>
    public required string Type { get; init; }

    /// <summary>The kernel's number for it.</summary>
    public required uint Id { get; init; }

    /// <summary>Hash of its instructions, hexadecimal.</summary>
    public required string Tag { get; init; }

    /// <summary>Bytes of BPF instructions after verification.</summary>
    public required uint TranslatedBytes { get; init; }

    /// <summary>Bytes of machine code; 0 where it is interpreted.</summary>
    public required uint MachineBytes { get; init; }

    /// <summary>Bytes of kernel memory, as the kernel says.</summary>
    public long MemoryBytes { get; init; }
}

/// <summary>Where a program runs.</summary>
public enum AttachPoint
{
    /// <summary>tc ingress of an interface.</summary>
    Ingress,

    /// <summary>tc egress of an interface.</summary>
    Egress,

    /// <summary>Socket look-up of a network namespace.</summary>
    SocketLookup,
}

/// <summary>One program of ours at work in the current network namespace.</summary>
/// <param name="Point">Where.</param>
/// <param name="Ifindex">The interface; 0 for socket look-up.</param>
/// <param name="Interface">Its name; empty for socket look-up.</param>
/// <param name="Program">The program's name.</param>
/// <param name="ProgramId">The program's number.</param>
public sealed record AttachmentInfo(AttachPoint Point, int Ifindex, string Interface, string Program, uint ProgramId);

/// <summary>What clean-up did.</summary>
/// <param name="Filters">tc filters removed.</param>
/// <param name="Qdiscs">clsact qdiscs removed.</param>
/// <param name="Links">Links detached.</param>
/// <param name="Pins">Pins removed.</param>
/// <param name="Unmounted">The BPF file system was ours and empty, and is gone.</param>
/// <param name="InterfacesElsewhere">Interfaces in other network namespaces that programs of ours may still be on: run
/// clean-up there as well.</param>
public sealed record CleanupReport(
    int Filters, int Qdiscs, int Links, int Pins, bool Unmounted, int InterfacesElsewhere);
