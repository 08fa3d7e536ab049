using System.Runtime.InteropServices;
using Jumpgate.Bpf.Native;

namespace Jumpgate.Bpf;

/// <summary>
/// The folder of pins, held by one process at a time (flock on the folder itself: it ends with the process). New pins
/// are first made in a folder beside and then renamed over the old ones, so that a name never points at nothing.
/// </summary>
internal sealed class PinDirectory : IDisposable
{
    private const string Staging = "next";
    private const int LockPatienceMilliseconds = 500;
    private const int LockRetryMilliseconds = 10;
    private readonly BpfFd _lock;

    private PinDirectory(string path, BpfFd fd)
    {
        Path = path;
        _lock = fd;
    }

    internal string Path { get; }

    /// <summary>Opens or makes the folder (0700), in a BPF file system that is mounted where missing.</summary>
    internal static PinDirectory Open(string path)
    {
        using var mounts = BpfFs.Guard();
        BpfFs.EnsureMounted(path);
        BpfFs.RequireBpfFs(path);
        if (LibC.MakeDirectory(path, 0x1C0) < 0 && Marshal.GetLastPInvokeError() is var error and not Errno.Exists)
        {
            throw new DatapathException($"pin directory {path}: cannot be made: {Errno.Describe(error)}");
        }

        return TryOpen(path)
            ?? throw new DatapathException($"pin directory {path}: cannot be opened: {Errno.Describe(Errno.NotFound)}");
    }

    /// <summary>Opens the folder if it is there.</summary>
    internal static PinDirectory? TryOpen(string path)
    {
        var fd = new BpfFd(LibC.Open(path, LibC.OpenDirectory));
        if (fd.IsInvalid)
        {
            var error = Marshal.GetLastPInvokeError();
            return error == Errno.NotFound
                ? null
                : throw new DatapathException($"pin directory {path}: cannot be opened: {Errno.Describe(error)}");
        }

        if (!TryLock(fd))
        {
            fd.Dispose();
            throw new DatapathException(
                $"pin directory {path} is in use by another running agent; stop that one, or choose another directory")
            {
                InUse = true,
            };
        }

        return new(path, fd);
    }

    internal string PathOf(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Pins all under their names, in order; either every object is staged or nothing changes.</summary>
    internal void Replace(IReadOnlyList<(string Name, BpfFd Fd)> objects)
    {
        var staging = PathOf(Staging);
        ClearStaging();
        if (LibC.MakeDirectory(staging, 0x1C0) < 0)
        {
            throw new DatapathException(
                $"pin directory {staging}: cannot be made: {Errno.Describe(Marshal.GetLastPInvokeError())}");
        }

        try
        {
            foreach (var (name, fd) in objects)
            {
                var staged = System.IO.Path.Combine(staging, name);
                Errno.Check(LibBpf.Pin(fd, staged), $"{staged}: cannot be pinned");
            }

            foreach (var (name, _) in objects)
            {
                Errno.Check(
                    LibC.Rename(System.IO.Path.Combine(staging, name), PathOf(name)),
                    $"{PathOf(name)}: cannot be pinned");
            }
        }
        finally
        {
            ClearStaging();
        }
    }

    /// <summary>Removes every pin and the folder; says how many pins there were.</summary>
    internal int RemoveAll()
    {
        ClearStaging();
        var removed = 0;
        foreach (var pin in Directory.EnumerateFiles(Path).ToArray())
        {
            Errno.Check(LibC.Unlink(pin), $"{pin}: cannot be removed");
            removed++;
        }

        Errno.Check(LibC.RemoveDirectory(Path), $"{Path}: cannot be removed");
        return removed;
    }

    /// <summary>After a failed start: an empty folder goes, one with pins stays.</summary>
    internal void Abandon()
    {
        _ = LibC.RemoveDirectory(Path);
        Dispose();
        _ = BpfFs.UnmountIfUnused();
    }

    public void Dispose()
    {
        // Explicitly: a child process between fork and exec still shares the open folder, and closing alone would
        // leave it locked until then.
        if (!_lock.IsClosed)
        {
            _ = LibC.Lock(_lock, LibC.Unlock);
            _lock.Dispose();
        }
    }

    /// <summary>Gives an agent that was just killed a moment to be gone.</summary>
    private static bool TryLock(BpfFd fd)
    {
        for (var end = Environment.TickCount64 + LockPatienceMilliseconds; ; Thread.Sleep(LockRetryMilliseconds))
        {
            if (LibC.Lock(fd, LibC.LockExclusive | LibC.LockNoWait) >= 0)
            {
                return true;
            }

            if (Environment.TickCount64 >= end)
            {
                return false;
            }
        }
    }

    private void ClearStaging()
    {
        var staging = PathOf(Staging);
        if (!Directory.Exists(staging))
        {
            return;
        }

        foreach (var pin in Directory.EnumerateFiles(staging).ToArray())
        {
            _ = LibC.Unlink(pin);
        }

        _ = LibC.RemoveDirectory(staging);
    }
}
