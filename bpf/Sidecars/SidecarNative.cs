using System.Runtime.InteropServices;
using Jumpgate.Bpf.Native;

namespace Jumpgate.Bpf;

/// <summary>The libc calls that only sidecars need.</summary>
internal static unsafe partial class SidecarNative
{
    private const string Library = "libc";
    private const int AtEmptyPath = 0x1000;
    private const uint StatxInode = 0x100;
    private const int StatxSize = 256;
    private const int StatxInodeOffset = 32;

    /// <summary>The folder's or file's inode number.</summary>
    internal static ulong ReadInode(BpfFd fd, string path)
    {
        var buffer = stackalloc byte[StatxSize];
        return Statx(fd, "", AtEmptyPath, StatxInode, buffer) == 0
            ? MemoryMarshal.Read<ulong>(new ReadOnlySpan<byte>(buffer, StatxSize)[StatxInodeOffset..])
            : throw new DatapathException(
                $"{path}: cannot be looked at: {Errno.Describe(Marshal.GetLastPInvokeError())}");
    }

    [LibraryImport(Library, EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(BpfFd fd, string path, int flags, uint mask, byte* result);
}
