namespace Jumpgate.Agent.Admin;

/// <summary>One element of the answer to <c>/v1/sidecars</c>.</summary>
/// <param name="Workload">Whose sidecar it is.</param>
/// <param name="State">attached or waiting.</param>
/// <param name="Reason">What is missing; null where nothing is.</param>
/// <param name="Cgroup">Whose connections are redirected.</param>
/// <param name="OutboundPort">0: outbound connections are not redirected.</param>
/// <param name="InboundPort">0: inbound connections are not redirected.</param>
/// <param name="Listeners">Inbound listeners that the kernel knows; with none, inbound connections are refused.</param>
/// <param name="Counts">Connections since the sidecar was first attached, by what became of them.</param>
/// <param name="ShortCircuit">Whether application and sidecar are joined: on, off, or off and why, though asked
/// for.</param>
/// <param name="QueueBytes">Bytes that passed by queue between the two, in connections of both directions.</param>
public sealed record SidecarReport(
    string Workload,
    string State,
    string? Reason,
    string Cgroup,
    int OutboundPort,
    int InboundPort,
    int Listeners,
    IReadOnlyDictionary<string, ulong> Counts,
    string ShortCircuit,
    ulong QueueBytes)
{
    /// <summary>What does not work though everything is attached, and what would help; null where all does.</summary>
    public string? Problem { get; init; }
}
