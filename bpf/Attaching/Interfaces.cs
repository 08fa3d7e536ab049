using System.Globalization;
using System.Runtime.InteropServices;
using Jumpgate.Bpf.Native;

namespace Jumpgate.Bpf;

/// <summary>The interfaces of the current thread's network namespace. /sys/class/net will not do: it shows the
/// namespace that its mount belongs to.</summary>
internal static unsafe class Interfaces
{
    internal const string CurrentNamespace = "/proc/thread-self/ns/net";

    internal static Dictionary<int, string> Read()
    {
        var names = LibC.InterfaceNames();
        if (names == null)
        {
            throw new DatapathException(
                $"interfaces cannot be listed: {Errno.Describe(Marshal.GetLastPInvokeError())}");
        }

        var result = new Dictionary<int, string>();
        for (var name = names; name->Index != 0; name++)
        {
            result[(int)name->Index] = Marshal.PtrToStringUTF8((nint)name->Name)!;
        }

        LibC.FreeInterfaceNames(names);
        return result;
    }

    /// <summary>The number in net:[NUMBER].</summary>
    internal static ulong NamespaceInode()
    {
        var target = new FileInfo(CurrentNamespace).LinkTarget
            ?? throw new DatapathException($"{CurrentNamespace} cannot be read; is /proc mounted?");
        return ulong.Parse(target["net:[".Length..^1], CultureInfo.InvariantCulture);
    }
}
