namespace Jumpgate.Bpf;

/// <summary>A map of ours.</summary>
/// <param name="UsedEntries">Entries in use; for arrays every slot.</param>
public sealed record BpfMapInfo(
    string Name, string Type, uint Id, uint KeySize, uint ValueSize, uint MaxEntries, uint UsedEntries);

/// <summary>A program of ours.</summary>
public sealed record BpfProgramInfo(string Name, uint Id, uint Type, string Tag);

/// <summary>Our programs on an interface; null where none is attached.</summary>
public sealed record AttachmentInfo(int Ifindex, string? Ingress, string? Egress);

/// <summary>What clean-up removed.</summary>
public sealed record CleanupReport(int Interfaces, int Pins, bool Unmounted);
