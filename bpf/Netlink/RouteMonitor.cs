using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace Jumpgate.Bpf.Netlink;

/// <summary>
/// Tells of changes to a namespace's links and addresses. Subscribed when <c>Start</c> returns: list after it and
/// nothing falls between. When the kernel (ENOBUFS) or the reader cannot keep up, changes are dropped and one
/// <see cref="RouteChangeKind.Resync"/> says so: never silence.
/// </summary>
public sealed class RouteMonitor : IAsyncDisposable, IDisposable
{
    private const int Backlog = 1024;
    private const int BufferLength = 64 * 1024;

    private readonly NetlinkSocket socket;
    private readonly FileDescriptorHandle stop;
    private readonly Thread thread;
    private readonly Channel<RouteChange> changes;
    private volatile bool lost;

    // The kernel reports an overrun once and goes on dropping in silence until the queue is empty (af_netlink.c,
    // NETLINK_S_CONGESTED). A resync told before that point would itself miss changes.
    private bool draining;
    private int disposed;

    private RouteMonitor(NetlinkSocket socket, FileDescriptorHandle stop, int backlog)
    {
        this.socket = socket;
        this.stop = stop;
        changes = Channel.CreateBounded<RouteChange>(new BoundedChannelOptions(backlog) { SingleWriter = true });
        thread = new Thread(ReceiveLoop) { IsBackground = true, Name = "rtnetlink monitor" };
        thread.Start();
    }

    /// <summary>Changes were dropped, and the reader has not been told yet.</summary>
    internal bool IsBehind => lost;

    /// <summary>Subscribes in a namespace; null means the calling thread's.</summary>
    /// <exception cref="NetlinkException">The namespace may not be entered, or no socket is to be had.</exception>
    public static RouteMonitor Start(NetworkNamespace? networkNamespace = null) =>
        Start(Subscribe(networkNamespace), Backlog);

    /// <summary>
    /// The subscribed socket alone: from here on the kernel keeps what happens, as far as it has room.
    /// </summary>
    internal static NetlinkSocket Subscribe(NetworkNamespace? networkNamespace) => NetlinkSocket.Open(
        networkNamespace,
        RouteMessages.GroupLink | RouteMessages.GroupIPv4Address | RouteMessages.GroupIPv6Address,
        receiveTimeout: TimeSpan.Zero);

    /// <summary>Takes the socket over and reads from it.</summary>
    internal static RouteMonitor Start(NetlinkSocket socket, int backlog)
    {
        var stop = NetlinkNative.EventDescriptor(0, NetlinkNative.SockCloexec);
        if (stop.IsInvalid)
        {
            var failure = NetlinkException.FromErrno(
                Marshal.GetLastPInvokeError(), "cannot make the event that stops the link monitor");
            socket.Dispose();
            throw failure;
        }

        return new RouteMonitor(socket, stop, backlog);
    }

    /// <summary>
    /// The changes, in the kernel's order, for one reader. Ends when the monitor is disposed; fails with
    /// <see cref="NetlinkException"/> where the socket does.
    /// </summary>
    public IAsyncEnumerable<RouteChange> ReadAllAsync(CancellationToken cancellationToken = default) =>
        changes.Reader.ReadAllAsync(cancellationToken);

    /// <inheritdoc/>
    public unsafe void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0)
        {
            return;
        }

        ulong one = 1;
        _ = NetlinkNative.Write(stop, (byte*)&one, sizeof(ulong));
        thread.Join();
        socket.Dispose();
        stop.Dispose();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        // The thread wakes at once: there is nothing worth waiting for asynchronously.
        Dispose();
        return ValueTask.CompletedTask;
    }

    private void ReceiveLoop()
    {
        Exception? failure = null;
        try
        {
            var buffer = new byte[BufferLength];
            while (WaitForMessages())
            {
                var received = socket.Receive(buffer, NetlinkNative.MsgDontWait);
                if (received == -Errno.NoBuffers)
                {
                    draining = true;
                }
                else if (received == -Errno.TryAgain && draining)
                {
                    draining = false;
                    lost = true;
                    Publish(null);
                }
                else if (received >= 0 && !draining)
                {
                    Publish(buffer.AsSpan(0, received));
                }
                else if (received < 0 && received != -Errno.TryAgain)
                {
                    throw NetlinkException.FromErrno(-received, "the link monitor's socket failed");
                }
            }
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        changes.Writer.TryComplete(failure);
    }

    private unsafe bool WaitForMessages()
    {
        const int readerBehindMilliseconds = 50;
        var entries = stackalloc NetlinkNative.PollEntry[2];
        while (true)
        {
            entries[0].Descriptor = stop.Number;
            entries[0].Events = NetlinkNative.PollIn;
            entries[1].Descriptor = socket.Handle.Number;
            entries[1].Events = NetlinkNative.PollIn;

            // With a resync still owed the reader may drain the channel without any further message arriving.
            var patience = draining ? 0 : lost ? readerBehindMilliseconds : -1;
            var ready = NetlinkNative.Poll(entries, 2, patience);
            if (entries[0].Returned != 0)
            {
                return false;
            }

            if (ready > 0 || draining)
            {
                return true;
            }

            Publish(null);
        }
    }

    private void Publish(ReadOnlySpan<byte> datagram)
    {
        if (lost)
        {
            lost = !changes.Writer.TryWrite(new RouteChange(RouteChangeKind.Resync, null, null));
        }

        var messages = new NetlinkMessages(datagram);
        while (messages.MoveNext())
        {
            // Once something is lost the reader will read everything anyway, so later changes may go as well.
            if (Parse(messages.Type, messages.Payload) is { } change && (lost || !changes.Writer.TryWrite(change)))
            {
                lost = true;
            }
        }
    }

    private static RouteChange? Parse(ushort type, ReadOnlySpan<byte> payload) => type switch
    {
        RouteMessages.NewLink when LinkInfo.Parse(payload) is { } link =>
            new RouteChange(RouteChangeKind.LinkChanged, link, null),
        RouteMessages.DeleteLink when LinkInfo.Parse(payload) is { } link =>
            new RouteChange(RouteChangeKind.LinkRemoved, link, null),
        RouteMessages.NewAddress when AddressInfo.Parse(payload) is { } address =>
            new RouteChange(RouteChangeKind.AddressChanged, null, address),
        RouteMessages.DeleteAddress when AddressInfo.Parse(payload) is { } address =>
            new RouteChange(RouteChangeKind.AddressRemoved, null, address),
        _ => null,
    };
}
