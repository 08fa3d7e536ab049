using System.Runtime.InteropServices;
using Jumpgate.Bpf.Native;

namespace Jumpgate.Bpf;

/// <summary>The libc calls that only sidecars need.</summary>
internal static unsafe partial class SidecarNative
{
    private const string Library = "libc";
    private const long PidfdOpenNumber = 434; // the same on every architecture
    private const long PidfdGetFdNumber = 438;
    private const int AtEmptyPath = 0x1000;
    private const uint StatxInode = 0x100;
    private const int StatxSize = 256;
    private const int StatxInodeOffset = 32;
    private const int SolSocket = 1;
    private const int SoCookie = 57;

    /// <summary>A descriptor of a process; invalid where it is gone.</summary>
    internal static BpfFd OpenProcess(int pid) => new((int)SystemCall(PidfdOpenNumber, pid, 0, 0));

    /// <summary>An own descriptor of what a process has open; invalid where it has closed it.</summary>
    internal static BpfFd TakeFrom(BpfFd process, int fd) =>
        new((int)SystemCall(PidfdGetFdNumber, process.Number, fd, 0));

    /// <summary>The folder's or file's inode number.</summary>
    internal static ulong ReadInode(BpfFd fd, string path)
    {
        var buffer = stackalloc byte[StatxSize];
        return Statx(fd, "", AtEmptyPath, StatxInode, buffer) == 0
            ? MemoryMarshal.Read<ulong>(new ReadOnlySpan<byte>(buffer, StatxSize)[StatxInodeOffset..])
            : throw new DatapathException(
                $"{path}: cannot be looked at: {Errno.Describe(Marshal.GetLastPInvokeError())}");
    }

    /// <summary>The socket's cookie (SO_COOKIE); 0 where it is no socket.</summary>
    internal static ulong ReadCookie(BpfFd socket)
    {
        ulong cookie = 0;
        uint length = sizeof(ulong);
        return GetSocketOption(socket, SolSocket, SoCookie, &cookie, &length) == 0 ? cookie : 0;
    }

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    private static partial long SystemCall(long number, long first, long second, long third);

    [LibraryImport(Library, EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(BpfFd fd, string path, int flags, uint mask, byte* result);

    [LibraryImport(Library, EntryPoint = "getsockopt", SetLastError = true)]
    private static partial int GetSocketOption(BpfFd socket, int level, int name, void* value, uint* length);
}
