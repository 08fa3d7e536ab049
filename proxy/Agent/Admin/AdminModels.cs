namespace Jumpgate.Agent.Admin;

/// <summary>Answers of the admin socket; the command prints them, or passes their JSON on.</summary>
public sealed record StatusReport(
    string Version, ulong Revision, ulong AcknowledgedRevision, int Workloads, int Waiting, int Policies, int Refused,
    int OpenConnections, IReadOnlyList<string> Problems)
{
    /// <summary>What joined sockets may do, how many lanes there are, and how many rule sets are the proxy's.</summary>
    public string? Lanes { get; init; }

    /// <summary>How many sidecars are attached and how many wait; null where the workloads file has none.</summary>
    public string? Sidecars { get; init; }
}

public sealed record EndpointReport(
    string Name, uint? Identity, IReadOnlyList<string> Labels, string? Interface, IReadOnlyList<string> Addresses,
    string State, string? Reason);

public sealed record IdentityReport(uint Identity, IReadOnlyList<string> Labels, IReadOnlyList<string> Workloads);

public sealed record PolicyReport(
    string Name, string Kind, string File, int Line, string State, int Rules, string? Description);

public sealed record PolicyListReport(IReadOnlyList<PolicyReport> Policies, IReadOnlyList<string> Diagnostics);

public sealed record BpfReport(
    IReadOnlyList<Bpf.BpfProgramInfo> Programs, IReadOnlyList<Bpf.BpfMapInfo> Maps,
    IReadOnlyList<Bpf.AttachmentInfo> Attachments);
