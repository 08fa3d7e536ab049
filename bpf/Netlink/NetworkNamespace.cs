using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Jumpgate.Bpf.Netlink;

/// <summary>
/// An open network namespace. Holding it keeps the namespace alive, as any open file of it does.
/// </summary>
public sealed class NetworkNamespace : IDisposable
{
    private static readonly string[] NamedDirectories = ["/run/netns", "/var/run/netns"];

    private readonly FileDescriptorHandle handle;

    private NetworkNamespace(FileDescriptorHandle handle, string description, ulong inode, ulong cookie)
    {
        this.handle = handle;
        Description = description;
        Inode = inode;
        Cookie = cookie;
    }

    /// <summary>How messages call it: its name or its path.</summary>
    public string Description { get; }

    /// <summary>Inode in nsfs, as <c>ls -Li /run/netns/NAME</c> shows it. Reused after the namespace is gone.</summary>
    public ulong Inode { get; }

    /// <summary>The kernel's cookie (SO_NETNS_COOKIE), as BPF programs see it; never reused until reboot.</summary>
    public ulong Cookie { get; }

    internal FileDescriptorHandle Handle => handle;

    /// <summary>
    /// Opens a namespace by name (as made by <c>ip netns add</c>) or, where the text contains a slash, by path
    /// (<c>/run/netns/NAME</c>, <c>/proc/PID/ns/net</c>).
    /// </summary>
    /// <exception cref="NetlinkException">It does not exist, is of another kind, or may not be entered.</exception>
    public static NetworkNamespace Open(string nameOrPath)
    {
        ArgumentException.ThrowIfNullOrEmpty(nameOrPath);
        var paths = nameOrPath.Contains('/', StringComparison.Ordinal)
            ? [nameOrPath]
            : NamedDirectories.Select(directory => $"{directory}/{nameOrPath}").ToArray();
        NetlinkException? failure = null;
        foreach (var path in paths)
        {
            var handle = NetlinkNative.Open(path, NetlinkNative.OpenCloexec);
            if (!handle.IsInvalid)
            {
                return Adopt(handle, nameOrPath);
            }

            // The first failure is the one to show: /var/run is nearly always the same place as /run.
            failure ??= NetlinkException.FromErrno(
                Marshal.GetLastPInvokeError(), $"cannot open network namespace '{nameOrPath}' ({path})");
            handle.Dispose();
        }

        throw failure!;
    }

    /// <summary>Opens a namespace, or says in one line why not: for namespaces that users name in files.</summary>
    public static NetworkNamespace? TryOpen(string nameOrPath, out string? error)
    {
        try
        {
            error = null;
            return Open(nameOrPath);
        }
        catch (NetlinkException exception)
        {
            error = exception.Message;
            return null;
        }
    }

    /// <summary>The namespace of the calling thread.</summary>
    public static NetworkNamespace Current()
    {
        const string path = "/proc/thread-self/ns/net";
        var handle = NetlinkNative.Open(path, NetlinkNative.OpenCloexec);
        if (handle.IsInvalid)
        {
            throw NetlinkException.FromErrno(
                Marshal.GetLastPInvokeError(), $"cannot open this thread's network namespace ({path})");
        }

        return Adopt(handle, "this namespace");
    }

    /// <summary>
    /// Runs <paramref name="body"/> inside the namespace and returns its result or throws its exception. It runs on a
    /// thread of its own that ends afterwards: a pool thread that called setns() and failed to return would poison
    /// whoever comes next. Sockets made inside stay in the namespace for good.
    /// </summary>
    /// <remarks>Asynchronous bodies are refused: after the first await they would run somewhere else.</remarks>
    public T Run<T>(Func<T> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        if (typeof(Task).IsAssignableFrom(typeof(T)) || typeof(T) == typeof(ValueTask))
        {
            throw new ArgumentException(
                "an asynchronous body would leave the namespace at its first await", nameof(body));
        }

        return RunInside(handle, Description, body);
    }

    /// <inheritdoc cref="Run{T}(Func{T})"/>
    public void Run(Action body)
    {
        ArgumentNullException.ThrowIfNull(body);
        Run(() =>
        {
            body();
            return true;
        });
    }

    /// <summary>True where both are the same namespace, however they were opened.</summary>
    public bool IsSameAs(NetworkNamespace other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Cookie == other.Cookie;
    }

    /// <inheritdoc/>
    public override string ToString() => Description;

    /// <inheritdoc/>
    public void Dispose() => handle.Dispose();

    private static T RunInside<T>(FileDescriptorHandle handle, string description, Func<T> body)
    {
        T result = default!;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                if (NetlinkNative.SetNamespace(handle, NetlinkNative.CloneNewNet) != 0)
                {
                    throw NetlinkException.FromErrno(
                        Marshal.GetLastPInvokeError(), $"cannot enter network namespace '{description}'");
                }

                result = body();
            }
            catch (Exception exception)
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }
        })
        {
            IsBackground = true,
            Name = "netns",
        };
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result;
    }

    private static NetworkNamespace Adopt(FileDescriptorHandle handle, string description)
    {
        try
        {
            // A plain file here is usually the mount point that a vanished 'ip netns' left behind.
            if (NetlinkNative.Ioctl(handle, NetlinkNative.NsGetNsType) != NetlinkNative.CloneNewNet)
            {
                throw new NetlinkException(
                    $"'{description}' is not a network namespace; name one that 'ip netns list' shows, "
                    + "or a path such as /proc/PID/ns/net");
            }

            // The cookie can only be asked of a socket, and a socket only belongs where its thread was.
            var cookie = RunInside(handle, description, () => ReadCookie(description));
            return new NetworkNamespace(handle, description, ReadInode(handle, description), cookie);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    private static unsafe ulong ReadCookie(string description)
    {
        // AF_NETLINK exists in every namespace; AF_INET6 may be compiled out.
        using var socket = NetlinkNative.Socket(
            NetlinkNative.AfNetlink, NetlinkNative.SockRaw | NetlinkNative.SockCloexec, NetlinkNative.NetlinkRoute);
        ulong cookie = 0;
        uint length = sizeof(ulong);
        if (socket.IsInvalid || NetlinkNative.GetSocketOption(
            socket, NetlinkNative.SolSocket, NetlinkNative.SoNetnsCookie, (byte*)&cookie, &length) != 0)
        {
            throw NetlinkException.FromErrno(
                Marshal.GetLastPInvokeError(), $"cannot read the cookie of network namespace '{description}'");
        }

        return cookie;
    }

    private static unsafe ulong ReadInode(FileDescriptorHandle handle, string description)
    {
        // struct statx has the same layout on every architecture, which struct stat does not: stx_ino is at 32.
        const int size = 256;
        const int inodeOffset = 32;
        var buffer = stackalloc byte[size];
        if (NetlinkNative.Statx(handle, "", NetlinkNative.AtEmptyPath, NetlinkNative.StatxInode, buffer) != 0)
        {
            throw NetlinkException.FromErrno(
                Marshal.GetLastPInvokeError(), $"cannot stat network namespace '{description}'");
        }

        return MemoryMarshal.Read<ulong>(new ReadOnlySpan<byte>(buffer, size)[inodeOffset..]);
    }
}
