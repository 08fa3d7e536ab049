using Jumpgate.Agent;
using Jumpgate.Bpf;
using Jumpgate.Bpf.Netlink;

namespace Jumpgate.Cli;

/// <summary>What the command tells its caller.</summary>
internal static class ExitCode
{
    public const int Success = 0;
    /// <summary>The answer is no: not allowed, not valid, or it failed.</summary>
    public const int Failure = 1;
    public const int Usage = 2;
    /// <summary>The kernel or our privileges lack something.</summary>
    public const int Unsupported = 3;

    /// <summary>For a failure that says in one line what is wrong; null for a bug.</summary>
    public static int? Of(Exception failure) => failure switch
    {
        AgentException or DatapathException { InUse: true } or UnauthorizedAccessException => Failure,
        DatapathException or NetlinkException => Unsupported,
        IOException => Failure,
        _ => null,
    };
}
