using Microsoft.Extensions.Logging;

namespace Jumpgate.Agent;

/// <summary>Everything the agent logs.</summary>
internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Information, Message = "policy revision {Revision} in force: {Workloads} workloads, {Policies} policies")]
    public static partial void RevisionInForce(this ILogger logger, ulong revision, int workloads, int policies);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Diagnostic}")]
    public static partial void RefusedInput(this ILogger logger, string diagnostic);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Diagnostic}")]
    public static partial void SuspiciousInput(this ILogger logger, string diagnostic);

    [LoggerMessage(Level = LogLevel.Error, Message = "{File} is invalid now; its last valid version stays in force")]
    public static partial void StaleFile(this ILogger logger, string file);

    [LoggerMessage(Level = LogLevel.Information, Message = "workload {Workload}: {State}")]
    public static partial void WorkloadState(this ILogger logger, string workload, string state);

    [LoggerMessage(Level = LogLevel.Error, Message = "cannot put the new state in force, the former one stays: {Reason}")]
    public static partial void PublishFailed(this ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "connection {Source} -> {Destination} refused: {Reason}")]
    public static partial void ConnectionRefused(this ILogger logger, string source, string destination, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "cannot accept connections: {Reason}; trying again")]
    public static partial void AcceptFailed(this ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "a connection failed unexpectedly")]
    public static partial void ConnectionFailed(this ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "cannot read the secret {Secret}: {Reason}")]
    public static partial void SecretUnreadable(this ILogger logger, string secret, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "took over the kernel state of a former agent at revision {Revision}")]
    public static partial void Adopted(this ILogger logger, ulong revision);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the kernel's events cannot be read: {Reason}")]
    public static partial void EventsFailed(this ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "lanes are off: {Reason}")]
    public static partial void LanesOff(this ILogger logger, string reason);
}
