using System.Runtime.InteropServices;

namespace Jumpgate.Bpf.Netlink;

/// <summary>
/// The kernel refused something about namespaces, links, rules or routes. The message is one line that names what was
/// attempted, where, the kernel's reason, and the way out where there is one.
/// </summary>
public sealed class NetlinkException : IOException
{
    /// <summary>An exception with a complete message and no errno.</summary>
    public NetlinkException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with a complete message and its cause.</summary>
    public NetlinkException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>An exception without details; only here because exceptions are expected to have it.</summary>
    public NetlinkException()
    {
    }

    private NetlinkException(string message, int errno)
        : base(message) => ErrorNumber = errno;

    /// <summary>The kernel's errno, or 0 where the failure did not come from the kernel.</summary>
    public int ErrorNumber { get; }

    /// <remarks>
    /// The number comes first because arguments are evaluated in order: building the text may load an assembly, whose
    /// file access replaces the last error.
    /// </remarks>
    internal static NetlinkException FromErrno(int errno, string attempted, string? kernelText = null)
    {
        var reason = Marshal.GetPInvokeErrorMessage(errno);
        var detail = string.IsNullOrEmpty(kernelText) ? "" : $" (kernel: {kernelText})";
        var wayOut = WayOut(errno);
        return new NetlinkException($"{attempted}: {reason}{detail}{(wayOut.Length == 0 ? "" : "; " + wayOut)}", errno);
    }

    private static string WayOut(int errno) => errno switch
    {
        Errno.NotPermitted or Errno.AccessDenied =>
            "this needs CAP_NET_ADMIN and CAP_SYS_ADMIN: run as root or grant both capabilities",
        Errno.NoEntry => "check the name; 'ip netns list' shows what exists",
        Errno.NoDevice => "the interface is gone; 'ip link' shows what exists",
        Errno.TooManyFiles => "raise the limit of open files (ulimit -n, LimitNOFILE=)",
        Errno.NetworkDown => "bring the interface up ('ip link set lo up')",
        Errno.Exists => "something else holds this place; remove it or choose another",
        _ => "",
    };
}
