using Jumpgate.Bpf.Native;

namespace Jumpgate.Bpf;

/// <summary>
/// The BPF file system that holds our pins. One that we mounted carries our name as its source in the mount table, so
/// that clean-up can tell it from somebody else's without keeping state.
/// </summary>
internal static class BpfFileSystem
{
    internal const string MountPoint = "/sys/fs/bpf";
    private const string Source = "jumpgate";
    private const ulong NoSuidNoDevNoExec = 2 | 4 | 8;

    /// <summary>Makes the pin directory (mode 0700), mounting a BPF file system at /sys/fs/bpf where none is.</summary>
    internal static void Prepare(string directory)
    {
        var full = Path.GetFullPath(directory);
        if (!MountOf(full).StartsWith("bpf ", StringComparison.Ordinal))
        {
            if (!full.StartsWith(MountPoint + "/", StringComparison.Ordinal))
            {
                throw new DatapathException(
                    $"{directory} is not on a BPF file system: name a directory below one (mount -t bpf bpf DIR)");
            }

            if (LibC.Mount(Source, MountPoint, "bpf", NoSuidNoDevNoExec, "mode=0700") < 0)
            {
                var error = System.Runtime.InteropServices.Marshal.GetLastPInvokeError();
                throw new DatapathException(
                    $"cannot mount a BPF file system at {MountPoint}: {Errno.Describe(error)}; run as root");
            }
        }

        if (!Directory.Exists(full) && LibC.MakeDirectory(full, 0x1C0) < 0)
        {
            var error = System.Runtime.InteropServices.Marshal.GetLastPInvokeError();
            throw new DatapathException($"cannot make {directory}: {Errno.Describe(error)}");
        }
    }

    /// <summary>Unmounts what <see cref="Prepare"/> mounted, once nothing is pinned there any more.</summary>
    internal static bool UnmountIfOurs()
    {
        if (MountOf(MountPoint) != $"bpf {Source}" || Directory.EnumerateFileSystemEntries(MountPoint).Any())
        {
            return false;
        }

        return LibC.Unmount(MountPoint, 0) == 0;
    }

    /// <summary>Type and source of the mount that a path is on (proc(5), mountinfo).</summary>
    private static string MountOf(string path)
    {
        var best = string.Empty;
        var result = string.Empty;
        foreach (var line in File.ReadLines("/proc/self/mountinfo"))
        {
            var fields = line.Split(' ');
            var point = fields[4];
            var separator = Array.IndexOf(fields, "-");
            var prefix = point == "/" ? point : point + "/";
            if ((path == point || path.StartsWith(prefix, StringComparison.Ordinal)) && point.Length >= best.Length)
            {
                best = point;
                result = $"{fields[separator + 1]} {fields[separator + 2]}";
            }
        }

        return result;
    }
}
