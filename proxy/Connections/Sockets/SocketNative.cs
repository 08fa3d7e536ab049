using System.Runtime.InteropServices;
using System.Text;

namespace Jumpgate.Connections.Sockets;

/// <summary>The libc calls that sockets and event loops need; numbers as in the Linux headers.</summary>
internal static unsafe partial class SocketNative
{
    public const int Stream = 1 | NonBlocking | CloseOnExec;
    public const int NonBlocking = 0x800;
    public const int CloseOnExec = 0x80000;

    public const int SolSocket = 1;
    public const int SoReuseAddress = 2;
    public const int SoError = 4;
    public const int SoLinger = 13;
    public const int SoMark = 36;
    public const int SolIp = 0;
    public const int SolTcp = 6;
    public const int TcpNoDelay = 1;
    public const int TcpCongestion = 13;
    public const int SolIPv6 = 41;
    public const int IPv6Only = 26;

    public const int Peek = 2;
    public const int NoSignal = 0x4000;
    public const int ShutdownSend = 1;

    public const int EpollAdd = 1;
    public const int EpollRemove = 2;
    public const int EpollModify = 3;

    public const int SetFlags = 4; // F_SETFL
    public const int SetPipeSize = 1031; // F_SETPIPE_SZ
    public const uint SpliceMove = 1;
    public const uint SpliceNonBlocking = 2;
    public const uint SpliceMore = 4;

    private const string Library = "libc";

    [LibraryImport(Library, EntryPoint = "socket", SetLastError = true)]
    public static partial ChannelHandle Socket(int family, int type, int protocol);

    [LibraryImport(Library, EntryPoint = "accept4", SetLastError = true)]
    public static partial ChannelHandle Accept(ChannelHandle listener, byte* address, ref int length, int flags);

    [LibraryImport(Library, EntryPoint = "bind", SetLastError = true)]
    public static partial int Bind(ChannelHandle socket, byte* address, int length);

    [LibraryImport(Library, EntryPoint = "listen", SetLastError = true)]
    public static partial int Listen(ChannelHandle socket, int backlog);

    [LibraryImport(Library, EntryPoint = "connect", SetLastError = true)]
    public static partial int Connect(ChannelHandle socket, byte* address, int length);

    [LibraryImport(Library, EntryPoint = "getsockname", SetLastError = true)]
    public static partial int GetName(ChannelHandle socket, byte* address, ref int length);

    [LibraryImport(Library, EntryPoint = "setsockopt", SetLastError = true)]
    public static partial int SetOption(ChannelHandle socket, int level, int option, void* value, int length);

    [LibraryImport(Library, EntryPoint = "recv", SetLastError = true)]
    public static partial nint Receive(ChannelHandle socket, byte* data, nuint size, int flags);

    [LibraryImport(Library, EntryPoint = "send", SetLastError = true)]
    public static partial nint Send(ChannelHandle socket, byte* data, nuint size, int flags);

    [LibraryImport(Library, EntryPoint = "shutdown", SetLastError = true)]
    public static partial int Shutdown(ChannelHandle socket, int how);

    [LibraryImport(Library, EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport(Library, EntryPoint = "fcntl", SetLastError = true)]
    public static partial ChannelHandle Duplicate(SafeHandle descriptor, int command, int atLeast);

    [LibraryImport(Library, EntryPoint = "fcntl", SetLastError = true)]
    public static partial int Control(ChannelHandle descriptor, int command, int argument);

    [LibraryImport(Library, EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial ChannelHandle CreateEpoll(int flags);

    [LibraryImport(Library, EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int ControlEpoll(ChannelHandle epoll, int operation, ChannelHandle descriptor, byte* change);

    [LibraryImport(Library, EntryPoint = "epoll_wait", SetLastError = true)]
    public static partial int WaitEpoll(ChannelHandle epoll, byte* events, int capacity, int milliseconds);

    [LibraryImport(Library, EntryPoint = "eventfd", SetLastError = true)]
    public static partial ChannelHandle CreateEvent(uint initial, int flags);

    [LibraryImport(Library, EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(ChannelHandle descriptor, void* data, nuint size);

    [LibraryImport(Library, EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(ChannelHandle descriptor, void* data, nuint size);

    [LibraryImport(Library, EntryPoint = "pipe2", SetLastError = true)]
    public static partial int CreatePipe(int* ends, int flags);

    [LibraryImport(Library, EntryPoint = "splice", SetLastError = true)]
    public static partial nint Splice(
        ChannelHandle from, long* fromOffset, ChannelHandle to, long* toOffset, nuint size, uint flags);

    /// <inheritdoc cref="TcpChannel.TrySetCongestionControl"/>
    public static bool TrySetCongestionControl(ChannelHandle socket, string name)
    {
        var bytes = Encoding.ASCII.GetBytes(name);
        fixed (byte* text = bytes)
        {
            return SetOption(socket, SolTcp, TcpCongestion, text, bytes.Length) == 0;
        }
    }
}
