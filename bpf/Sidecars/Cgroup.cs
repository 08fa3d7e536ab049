using System.Runtime.InteropServices;
using Jumpgate.Bpf.Native;

namespace Jumpgate.Bpf;

/// <summary>An open cgroup v2 folder, as BPF programs know it.</summary>
internal sealed class Cgroup : IDisposable
{
    private Cgroup(string path, BpfFd fd, ulong id, uint level)
    {
        Path = path;
        Fd = fd;
        Id = id;
        Level = level;
    }

    internal string Path { get; }

    internal BpfFd Fd { get; }

    /// <summary>The folder's inode number; the kernel does not give it twice.</summary>
    internal ulong Id { get; }

    /// <summary>Its depth in the hierarchy; the root's is 0.</summary>
    internal uint Level { get; }

    /// <summary>Opens a folder below the mount of the hierarchy.</summary>
    /// <exception cref="DatapathException">One line: what is wrong with it, and the way out.</exception>
    internal static Cgroup Open(string path)
    {
        var mount = CgroupMount.Find() ?? throw new DatapathException(
            "no cgroup v2 hierarchy is mounted; mount one, for example at /sys/fs/cgroup");
        var full = System.IO.Path.GetFullPath(path).TrimEnd('/');
        if (!full.StartsWith(mount + "/", StringComparison.Ordinal))
        {
            throw new DatapathException(
                $"cgroup {path}: is not below {mount}, where cgroup v2 is mounted; name a folder there");
        }

        if (File.Exists(System.IO.Path.Combine(mount, "cgroup.events")))
        {
            throw new DatapathException(
                $"{mount} is not the root of the cgroup hierarchy; run the agent in the host's cgroup namespace");
        }

        var fd = new BpfFd(LibC.Open(full, LibC.OpenDirectory));
        if (fd.IsInvalid)
        {
            var error = Marshal.GetLastPInvokeError();
            fd.Dispose();
            throw new DatapathException(error == Errno.NotFound
                ? $"cgroup {path}: does not exist yet"
                : $"cgroup {path}: cannot be opened: {Errno.Describe(error)}");
        }

        var level = full[(mount.Length + 1)..].Split('/').Length;
        return new(full, fd, SidecarNative.ReadInode(fd, full), (uint)level);
    }

    /// <summary>Whether this is the other one, or below it.</summary>
    internal bool IsWithin(Cgroup other) =>
        Path == other.Path || Path.StartsWith(other.Path + "/", StringComparison.Ordinal);

    public void Dispose() => Fd.Dispose();
}
