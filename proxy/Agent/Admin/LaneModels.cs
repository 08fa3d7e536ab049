namespace Jumpgate.Agent.Admin;

/// <summary>Answer to <c>/v1/lanes</c>.</summary>
/// <param name="Mode">off, short-circuit or policy: what joined sockets may do at most.</param>
/// <param name="OffBecause">Why this node has no lanes, or null.</param>
/// <param name="MemoryBytes">Kernel memory that automata use.</param>
/// <param name="Requests">Messages of clients by reason: decided in the kernel, or why they went to the proxy.</param>
/// <param name="Responses">Messages of servers, likewise.</param>
/// <param name="LatencyMicroseconds">Requests decided in the kernel that took less than so many microseconds, and not
/// less than half of it.</param>
/// <param name="RuleSets">The rule sets of open connections.</param>
public sealed record LaneListReport(
    string Mode,
    string? OffBecause,
    int MemoryBytes,
    IReadOnlyList<LaneReport> Lanes,
    IReadOnlyDictionary<string, ulong> Requests,
    IReadOnlyDictionary<string, ulong> Responses,
    IReadOnlyDictionary<string, ulong> LatencyMicroseconds,
    IReadOnlyList<LaneRuleSetReport> RuleSets,
    DirectReport Direct);

/// <summary>Pairs of applications without L7 rules, joined with no proxy in between.</summary>
/// <param name="Joined">Pairs that joined since the kernel's maps were made.</param>
/// <param name="Left">Of these the ones that became ordinary connections again, by reason.</param>
/// <param name="Pairs">Those that are joined now, a thousand at most.</param>
public sealed record DirectReport(
    ulong Joined, IReadOnlyDictionary<string, ulong> Left, IReadOnlyList<DirectPairReport> Pairs);

/// <summary>One of them.</summary>
/// <param name="State">opening, joined or leaving.</param>
/// <param name="BytesIn">From the client, past the stack.</param>
/// <param name="BytesOut">From the server, likewise.</param>
/// <param name="Reason">Why it leaves; null where it does not.</param>
/// <param name="Sidecar">outbound (an application and its sidecar), inbound (the other way round), or null: two
/// workloads.</param>
public sealed record DirectPairReport(
    string Client, string Server, string State, ulong BytesIn, ulong BytesOut, string? Reason, string? Sidecar);

/// <summary>A rule set of open connections.</summary>
/// <param name="Policies">Whose rules it has.</param>
/// <param name="Bytes">Of the kernel's memory; 0: the proxy decides all its requests.</param>
/// <param name="Reason">Why there is nothing in the kernel, or what is left to the proxy; null where it is
/// whole.</param>
public sealed record LaneRuleSetReport(string Policies, int Bytes, string? Reason);

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
