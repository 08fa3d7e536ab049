using System.Runtime.InteropServices;
using Jumpgate.Bpf.Native;

namespace Jumpgate.Bpf;

/// <summary>
/// The BPF file system. Where it is missing we mount it, and name ourselves as the source of the mount: the mount
/// table then says whose it is, with no marker to keep elsewhere, and clean-up unmounts only what we mounted and what
/// is empty. Mounts belong to a mount namespace: an agent under `ip netns exec` gets a private one and would lose its
/// pins with it, so start it with `nsenter --net` instead.
/// </summary>
public static class BpfFs
{
    /// <summary>Where the BPF file system belongs.</summary>
    public const string MountPoint = "/sys/fs/bpf";

    private const string Source = "jumpgate";
    private const ulong NoSuidNoDevNoExec = 2 | 4 | 8;

    /// <summary>What the kernel itself puts into every new mount (CONFIG_BPF_PRELOAD).</summary>
    private static readonly string[] KernelFiles = ["maps.debug", "progs.debug"];

    /// <summary>Whether the BPF file system is mounted and the mount is ours.</summary>
    public static bool MountedByUs => FindMount(MountPoint) is { Type: "bpf", Source: Source };

    /// <summary>Keeps other agents and clean-ups from mounting and unmounting meanwhile.</summary>
    internal static BpfFd Guard()
    {
        var fd = new BpfFd(LibC.Open("/sys/fs", LibC.OpenDirectory));
        if (!fd.IsInvalid)
        {
            _ = LibC.Lock(fd, LibC.LockExclusive);
        }

        return fd;
    }

    /// <summary>
    /// Mounts the BPF file system if the path needs it and it is missing; what bpftool mounts below its own does not
    /// count.
    /// </summary>
    internal static void EnsureMounted(string path)
    {
        if (!IsBelow(path, MountPoint) || FindMount(MountPoint) is { Type: "bpf" })
        {
            return;
        }

        if (LibC.Mount(Source, MountPoint, "bpf", NoSuidNoDevNoExec, "mode=0700") < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            throw new DatapathException(
                $"{MountPoint}: the BPF file system cannot be mounted: {Errno.Describe(error)}; " +
                $"mount it before: mount -t bpf bpf {MountPoint}");
        }
    }

    /// <summary>Pins can live in nothing else.</summary>
    internal static void RequireBpfFs(string path)
    {
        var mount = Mounts().Where(mount => IsBelow(path, mount.Point)).OrderBy(mount => mount.Point.Length).Last();
        if (mount.Type != "bpf")
        {
            throw new DatapathException(
                $"pin directory {path} is on {mount.Type}, not on a BPF file system; choose one below {MountPoint}");
        }
    }

    /// <summary>Unmounts what we mounted, if nobody has put anything in it.</summary>
    internal static bool UnmountIfUnused()
    {
        using var guard = Guard();
        return MountedByUs
            && !Directory.EnumerateFileSystemEntries(MountPoint).Select(Path.GetFileName).Except(KernelFiles).Any()
            && LibC.Unmount(MountPoint, 0) == 0;
    }

    private static (string Point, string Type, string Source)? FindMount(string point)
    {
        var found = Mounts().LastOrDefault(mount => mount.Point == point);
        return found.Point is null ? null : found;
    }

    /// <summary>proc(5): ID PARENT DEV ROOT POINT OPTIONS [FIELDS...] - TYPE SOURCE OPTIONS.</summary>
    private static IEnumerable<(string Point, string Type, string Source)> Mounts() =>
        from line in File.ReadLines("/proc/thread-self/mountinfo")
        let fields = line.Split(' ')
        let separator = Array.IndexOf(fields, "-")
        where separator > 4 && fields.Length > separator + 2
        select (fields[4], fields[separator + 1], fields[separator + 2]);

    private static bool IsBelow(string path, string parent) =>
        path == parent || path.StartsWith(parent.TrimEnd('/') + "/", StringComparison.Ordinal);
}
