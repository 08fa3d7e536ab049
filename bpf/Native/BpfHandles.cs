using System.Runtime.InteropServices;

namespace Jumpgate.Bpf.Native;

/// <summary>A struct bpf_object. Closing it drops its descriptors; what is pinned or attached stays.</summary>
internal sealed class BpfObjectHandle() : SafeHandle(0, true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        LibBpf.ObjectClose(handle);
        return true;
    }
}

/// <summary>A struct btf that we own.</summary>
internal sealed class BtfHandle() : SafeHandle(0, true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        LibBpf.BtfFree(handle);
        return true;
    }
}

/// <summary>A struct ring_buffer: the mapped consumer side of a ring buffer map.</summary>
internal sealed class RingBufferHandle() : SafeHandle(0, true)
{
    public override bool IsInvalid => handle == 0;

    /// <summary>What its callback gets; freed with it, since a poll may still run when it is disposed.</summary>
    internal GCHandle Context { get; set; }

    /// <summary>The map's descriptor, whose end would end the waiting.</summary>
    internal BpfFd? Map { get; set; }

    protected override bool ReleaseHandle()
    {
        LibBpf.RingBufferFree(handle);
        Context.Free();
        Map?.Dispose();
        return true;
    }
}

/// <summary>A file descriptor: map, program, link, directory or socket.</summary>
internal sealed class BpfFd : SafeHandle
{
    public BpfFd()
        : base(-1, true)
    {
    }

    internal BpfFd(int fd)
        : base(-1, true) => SetHandle(fd);

    public override bool IsInvalid => (int)handle < 0;

    /// <summary>The number, for structs that carry it; keep the handle alive meanwhile.</summary>
    internal int Number => (int)DangerousGetHandle();

    /// <summary>An own descriptor for what libbpf's object holds, so that the object can be closed.</summary>
    internal static BpfFd Duplicate(int fd) => new(Errno.Check(
        LibC.Fcntl(fd, LibC.DuplicateCloseOnExec, 3), "cannot duplicate a BPF descriptor"));

    protected override bool ReleaseHandle() => LibC.Close((int)handle) == 0;
}
