using System.Runtime.InteropServices;

namespace Jumpgate.Testing;

/// <summary>This process's pipes, as the kernel sees them.</summary>
public static partial class HeldPipes
{
    /// <summary>Descriptors of pipes.</summary>
    public static int Open => Directory.GetFiles("/proc/self/fd").Count(IsPipe);

    /// <summary>Bytes in each of them that has any.</summary>
    public static IReadOnlyList<int> Bytes =>
        [.. Directory.GetFiles("/proc/self/fd").Where(IsPipe).Select(Count).Where(c => c > 0).Order()];

    /// <summary>Waits until bytes lie in pipes and stay there: what only passes through is there at moments.</summary>
    public static Task WaitForBytesAsync() =>
        Wait.UntilStillAsync(() => Bytes.Sum(), "bytes to wait in a pipe");

    private static bool IsPipe(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget?.StartsWith("pipe:", StringComparison.Ordinal) == true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Asks the descriptor's end for reading alone, or both ends would count the same bytes.</summary>
    private static int Count(string path)
    {
        const nuint Unread = 0x541b; // FIONREAD
        const int GetFlags = 3;
        const int AccessMode = 3;
        var descriptor = int.Parse(Path.GetFileName(path), System.Globalization.CultureInfo.InvariantCulture);
        return (Control(descriptor, GetFlags, 0) & AccessMode) == 0 && Ask(descriptor, Unread, out var count) == 0
            ? count : 0;
    }

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Control(int descriptor, int command, int argument);

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Ask(int descriptor, nuint request, out int count);
}
