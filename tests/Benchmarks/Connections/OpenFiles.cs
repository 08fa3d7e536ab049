using System.Runtime.InteropServices;

namespace Jumpgate.Benchmarks.Connections;

/// <summary>The limit of open files of this process, which its children inherit (getrlimit(2)).</summary>
internal static unsafe partial class OpenFiles
{
    private const int Resource = 7;

    /// <summary>Raises the limit, as far as may be.</summary>
    /// <returns>The limit now.</returns>
    public static ulong Raise(ulong wanted)
    {
        var limits = stackalloc ulong[2];
        if (GetLimit(Resource, limits) != 0)
        {
            throw new InvalidOperationException(
                $"the limit of open files cannot be read: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        if (limits[0] >= wanted)
        {
            return limits[0];
        }

        // Past the hard limit only where this process may (CAP_SYS_RESOURCE); else up to it.
        var raised = stackalloc ulong[2] { wanted, Math.Max(wanted, limits[1]) };
        if (SetLimit(Resource, raised) == 0)
        {
            return wanted;
        }

        raised[0] = raised[1] = limits[1];
        return SetLimit(Resource, raised) == 0 ? limits[1] : limits[0];
    }

    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    private static partial int GetLimit(int resource, ulong* softAndHard);

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static partial int SetLimit(int resource, ulong* softAndHard);
}
