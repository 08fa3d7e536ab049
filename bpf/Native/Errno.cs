using System.Runtime.InteropServices;

namespace Jumpgate.Bpf.Native;

/// <summary>Error numbers (asm-generic/errno.h) and their words.</summary>
internal static class Errno
{
    internal const int NotPermitted = 1;
    internal const int NotFound = 2;
    internal const int Interrupted = 4;
    internal const int AccessDenied = 13;
    internal const int Busy = 16;
    internal const int Exists = 17;
    internal const int NoDevice = 19;
    internal const int NotDirectory = 20;
    internal const int Invalid = 22;
    internal const int WouldBlock = 11;
    internal const int NotEmpty = 39;

    /// <summary>Words for an errno, taken positive or negative.</summary>
    internal static string Describe(int error) => Marshal.GetPInvokeErrorMessage(Math.Abs(error));

    /// <summary>Passes a result that is not negative; otherwise throws with the libbpf or libc error.</summary>
    internal static int Check(int result, string what)
    {
        if (result >= 0)
        {
            return result;
        }

        var error = result < -1 ? -result : Marshal.GetLastPInvokeError();
        throw new DatapathException($"{what}: {Describe(error == 0 ? NotPermitted : error)}");
    }
}
