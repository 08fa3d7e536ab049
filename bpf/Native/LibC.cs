using System.Runtime.InteropServices;

namespace Jumpgate.Bpf.Native;

/// <summary>The few libc calls that .NET has no class for.</summary>
internal static unsafe partial class LibC
{
    internal const int DuplicateCloseOnExec = 1030;
    internal const int OpenDirectory = 0x10000 | 0x80000; // O_DIRECTORY | O_CLOEXEC
    internal const int LockExclusive = 2;
    internal const int LockNoWait = 4;
    internal const int Unlock = 8;
    private const string Library = "libc";

    [LibraryImport(Library, EntryPoint = "close", SetLastError = true)]
    internal static partial int Close(int fd);

    [LibraryImport(Library, EntryPoint = "fcntl", SetLastError = true)]
    internal static partial int Fcntl(int fd, int command, int argument);

    [LibraryImport(Library, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Open(string path, int flags);

    [LibraryImport(Library, EntryPoint = "read", SetLastError = true)]
    internal static partial nint Read(BpfFd fd, void* data, nuint size);

    [LibraryImport(Library, EntryPoint = "flock", SetLastError = true)]
    internal static partial int Lock(BpfFd fd, int operation);

    [LibraryImport(Library, EntryPoint = "mkdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int MakeDirectory(string path, uint mode);

    [LibraryImport(Library, EntryPoint = "rmdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int RemoveDirectory(string path);

    [LibraryImport(Library, EntryPoint = "unlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Unlink(string path);

    [LibraryImport(Library, EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Rename(string from, string to);

    [LibraryImport(Library, EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Mount(string source, string target, string type, ulong flags, string? data);

    [LibraryImport(Library, EntryPoint = "umount2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Unmount(string target, int flags);

    [LibraryImport(Library, EntryPoint = "vasprintf")]
    internal static partial int FormatAllocated(byte** text, byte* format, nint arguments);

    [LibraryImport(Library, EntryPoint = "free")]
    internal static partial void Free(void* memory);

    [LibraryImport(Library, EntryPoint = "setrlimit", SetLastError = true)]
    internal static partial int SetResourceLimit(int resource, ulong* softAndHard);

    [LibraryImport(Library, EntryPoint = "mmap", SetLastError = true)]
    internal static partial nint MapMemory(
        nint address, nuint length, int protection, int flags, BpfFd fd, long offset);

    [LibraryImport(Library, EntryPoint = "munmap", SetLastError = true)]
    internal static partial int UnmapMemory(nint address, nuint length);

    [LibraryImport(Library, EntryPoint = "socket", SetLastError = true)]
    internal static partial int Socket(int family, int type, int protocol);

    [LibraryImport(Library, EntryPoint = "send", SetLastError = true)]
    internal static partial nint Send(BpfFd socket, void* data, nuint size, int flags);

    [LibraryImport(Library, EntryPoint = "recv", SetLastError = true)]
    internal static partial nint Receive(BpfFd socket, void* data, nuint size, int flags);

    [LibraryImport(Library, EntryPoint = "if_nameindex", SetLastError = true)]
    internal static partial InterfaceName* InterfaceNames();

    [LibraryImport(Library, EntryPoint = "if_freenameindex")]
    internal static partial void FreeInterfaceNames(InterfaceName* names);

    /// <summary>struct if_nameindex; the last entry is zero.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct InterfaceName
    {
        internal uint Index;
        internal byte* Name;
    }
}
