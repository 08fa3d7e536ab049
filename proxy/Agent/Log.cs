using Microsoft.Extensions.Logging;

namespace Jumpgate.Agent;

/// <summary>
/// Everything the agent logs. Numbers are for machines that filter: they stay, new messages get new ones.
/// </summary>
internal static partial class Log
{
    [LoggerMessage(
        1, LogLevel.Information, "policy revision {Revision} in force: {Workloads} workloads, {Policies} policies")]
    public static partial void RevisionInForce(this ILogger logger, ulong revision, int workloads, int policies);

    [LoggerMessage(2, LogLevel.Error, "{Diagnostic}")]
    public static partial void RefusedInput(this ILogger logger, string diagnostic);

    [LoggerMessage(3, LogLevel.Warning, "{Diagnostic}")]
    public static partial void SuspiciousInput(this ILogger logger, string diagnostic);

    [LoggerMessage(4, LogLevel.Error, "{File} is invalid now; its last valid version stays in force")]
    public static partial void StaleFile(this ILogger logger, string file);

    [LoggerMessage(5, LogLevel.Information, "workload {Workload}: {State}")]
    public static partial void WorkloadState(this ILogger logger, string workload, string state);

    [LoggerMessage(6, LogLevel.Error, "cannot put the new state in force, the former one stays: {Reason}")]
    public static partial void PublishFailed(this ILogger logger, string reason);

    [LoggerMessage(7, LogLevel.Warning, "connection {Source} -> {Destination} refused: {Reason}")]
    public static partial void ConnectionRefused(this ILogger logger, string source, string destination, string reason);

    [LoggerMessage(8, LogLevel.Error, "cannot accept connections: {Reason}; trying again")]
    public static partial void AcceptFailed(this ILogger logger, string reason);

    [LoggerMessage(9, LogLevel.Error, "a connection failed unexpectedly")]
    public static partial void ConnectionFailed(this ILogger logger, Exception exception);

    [LoggerMessage(10, LogLevel.Warning, "cannot read the secret {Secret}: {Reason}")]
    public static partial void SecretUnreadable(this ILogger logger, string secret, string reason);

    [LoggerMessage(11, LogLevel.Information, "took over the kernel state of a former agent at revision {Revision}")]
    public static partial void Adopted(this ILogger logger, ulong revision);

    [LoggerMessage(12, LogLevel.Warning, "the kernel's events cannot be read: {Reason}")]
    public static partial void EventsFailed(this ILogger logger, string reason);

    [LoggerMessage(13, LogLevel.Warning, "kernel state of a former agent was replaced, flows start anew: {Reason}")]
    public static partial void Replaced(this ILogger logger, string reason);

    [LoggerMessage(14, LogLevel.Error, "{Obstacle}")]
    public static partial void PoliciesUnreadable(this ILogger logger, string obstacle);

    [LoggerMessage(15, LogLevel.Warning, "{Directory} cannot be watched, it is looked at every second: {Reason}")]
    public static partial void WatchFailed(this ILogger logger, string directory, string reason);

    [LoggerMessage(16, LogLevel.Warning, "lanes are off: {Reason}")]
    public static partial void LanesOff(this ILogger logger, string reason);

    [LoggerMessage(
        17,
        LogLevel.Warning,
        "this kernel's FIONREAD does not count what joined sockets hold, and servers that trust it (nginx) would wait for ever: "
        + "only workloads labelled {Label}: policy or short-circuit have lanes")]
    public static partial void LanesByLabel(this ILogger logger, string label);

    [LoggerMessage(18, LogLevel.Warning, "joined connections that want to leave wait: {Reason}")]
    public static partial void DirectPairsFailed(this ILogger logger, string reason);

    [LoggerMessage(19, LogLevel.Information, "xDS is served at {Address}, {Security}")]
    public static partial void ServesXds(this ILogger logger, System.Net.IPEndPoint address, string security);

    [LoggerMessage(20, LogLevel.Warning, "xDS node {Node} cannot enforce, and therefore denies: {Refusal}")]
    public static partial void NodeRefuses(this ILogger logger, string node, string refusal);

    [LoggerMessage(21, LogLevel.Error, "xDS node {Node} keeps its former configuration: {Errors}")]
    public static partial void NodeFailed(this ILogger logger, string node, string errors);

    [LoggerMessage(22, LogLevel.Warning, "an access log from {Peer} was refused: {Reason}")]
    public static partial void AccessLogRefused(this ILogger logger, string peer, string reason);

    [LoggerMessage(23, LogLevel.Information, "sidecar of workload {Workload}: {State}")]
    public static partial void SidecarState(this ILogger logger, string workload, string state);

    [LoggerMessage(
        25, LogLevel.Warning, "applications and sidecars are not joined, though shortCircuit asks for it: {Reason}")]
    public static partial void SidecarsNotJoined(this ILogger logger, string reason);

    [LoggerMessage(24, LogLevel.Information, "sidecars removed: {Count}")]
    public static partial void SidecarsRemoved(this ILogger logger, int count);

    [LoggerMessage(30, LogLevel.Information, "Kafka connections of sidecars are taken at {Address}")]
    public static partial void TakesSidecars(this ILogger logger, System.Net.IPEndPoint address);

    [LoggerMessage(
        31,
        LogLevel.Warning,
        "a sidecar's Kafka connection was refused: {What} ({Silent} more of the kind since it was last told)")]
    public static partial void SidecarRefused(this ILogger logger, string what, int silent);
}
