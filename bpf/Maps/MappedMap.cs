using System.Runtime.InteropServices;
using Jumpgate.Bpf.Native;

namespace Jumpgate.Bpf;

/// <summary>
/// An array map's values as memory of this process (BPF_F_MMAPABLE): reads and writes cost no system call.
/// </summary>
internal sealed unsafe class MappedMap : SafeHandle
{
    private const int ReadWrite = 3;
    private const int Shared = 1;
    private readonly nuint _length;

    internal MappedMap(BpfMap map)
        : base(-1, true)
    {
        var info = map.ReadInfo();
        var stride = (info.ValueSize + 7) & ~7u;
        var page = (nuint)Environment.SystemPageSize;
        _length = (((nuint)stride * info.MaxEntries) + page - 1) / page * page;
        Stride = (int)stride;
        Count = (int)info.MaxEntries;
        var address = LibC.MapMemory(0, _length, ReadWrite, Shared, map.Fd, 0);
        if (address == -1)
        {
            throw new DatapathException(
                $"BPF map {map.Name}: cannot be mapped: {Errno.Describe(Marshal.GetLastPInvokeError())}");
        }

        SetHandle(address);
    }

    public override bool IsInvalid => handle == -1;

    /// <summary>Bytes from one value to the next.</summary>
    internal int Stride { get; }

    /// <summary>How many values there are.</summary>
    internal int Count { get; }

    /// <summary>The value at an index; valid until disposed.</summary>
    internal ref T At<T>(int index)
        where T : unmanaged
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count);
        return ref *(T*)(handle + ((nint)index * Stride));
    }

    /// <summary>The bytes of one value.</summary>
    internal Span<byte> Bytes(int index)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count);
        return new((void*)(handle + ((nint)index * Stride)), Stride);
    }

    protected override bool ReleaseHandle() => LibC.UnmapMemory(handle, _length) == 0;
}
