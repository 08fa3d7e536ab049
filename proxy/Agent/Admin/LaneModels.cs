namespace Jumpgate.Agent.Admin;

/// <summary>Answer to <c>/v1/lanes</c>.</summary>
/// <param name="Mode">off, short-circuit or policy: what joined sockets may do at most.</param>
/// <param name="OffBecause">Why this node has no lanes, or null.</param>
/// <param name="MemoryBytes">Kernel memory that automata use.</param>
/// <param name="Requests">Messages of clients by reason: decided in the kernel, or why they went to the proxy.</param>
/// <param name="Responses">Messages of servers, likewise.</param>
public sealed record LaneListReport(
    string Mode,
    string? OffBecause,
    int MemoryBytes,
    IReadOnlyList<LaneReport> Lanes,
    IReadOnlyDictionary<string, ulong> Requests,
    IReadOnlyDictionary<string, ulong> Responses);

/// <summary>One lane.</summary>
/// <param name="State">open, stale (the policy has changed) or closed.</param>
/// <param name="Requests">Decided in the kernel.</param>
/// <param name="UnderWay">Of these the ones without a whole response yet.</param>
/// <param name="LastReason">Why the client's last message went to the proxy; null where it did not.</param>
public sealed record LaneReport(
    string Client,
    string Server,
    string State,
    ulong Requests,
    ulong RequestBytes,
    ulong ResponseBytes,
    uint UnderWay,
    double IdleSeconds,
    string? LastReason);
