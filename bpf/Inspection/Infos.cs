namespace Jumpgate.Bpf;

/// <summary>A map of ours.</summary>
/// <param name="Name">Its name; inner maps are TABLE/SLOT.</param>
/// <param name="Type">Its type in words.</param>
/// <param name="Id">The kernel's number for it.</param>
/// <param name="KeySize">Bytes of a key.</param>
/// <param name="ValueSize">Bytes of a value.</param>
/// <param name="MaxEntries">How many entries fit; for the ring buffer: bytes.</param>
/// <param name="UsedEntries">Entries in use (counting stops at about a million); for arrays every slot.</param>
public sealed record BpfMapInfo(
    string Name, string Type, uint Id, uint KeySize, uint ValueSize, uint MaxEntries, uint UsedEntries)
{
    /// <summary>Bytes of kernel memory, as the kernel says.</summary>
    public long MemoryBytes { get; init; }
}

/// <summary>A loaded program of ours.</summary>
/// <param name="Name">Its name (the kernel keeps 15 letters).</param>
/// <param name="Id">The kernel's number for it.</param>
/// <param name="Type">enum bpf_prog_type.</param>
/// <param name="Tag">Hash of its instructions, as bpftool prints it.</param>
public sealed record BpfProgramInfo(string Name, uint Id, uint Type, string Tag)
{
    /// <summary>Bytes of BPF instructions after verification.</summary>
    public uint TranslatedBytes { get; init; }

    /// <summary>Bytes of machine code; 0 where it is interpreted.</summary>
    public uint MachineBytes { get; init; }

    /// <summary>Bytes of kernel memory, as the kernel says.</summary>
    public long MemoryBytes { get; init; }
}

/// <summary>Our programs on an interface of the current network namespace; null where none is attached.</summary>
public sealed record AttachmentInfo(int Ifindex, string? Ingress, string? Egress);

/// <summary>What clean-up removed.</summary>
/// <param name="Interfaces">Interfaces that had a program of ours.</param>
/// <param name="Pins">Pins removed.</param>
/// <param name="Unmounted">The BPF file system was ours and empty, and is gone.</param>
public sealed record CleanupReport(int Interfaces, int Pins, bool Unmounted)
{
    /// <summary>clsact qdiscs removed.</summary>
    public int Qdiscs { get; init; }

    /// <summary>Links detached.</summary>
    public int Links { get; init; }

    /// <summary>Interfaces in other network namespaces that programs of ours may still be on: run clean-up there as
    /// well.</summary>
    public int InterfacesElsewhere { get; init; }
}
