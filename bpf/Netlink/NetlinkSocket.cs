using System.Buffers;
using System.Runtime.InteropServices;

namespace Jumpgate.Bpf.Netlink;

/// <summary>
/// One NETLINK_ROUTE socket in the namespace where it was opened: requests with acknowledgement, dumps, and raw receive
/// for subscriptions. Not safe for several threads at once; <see cref="RouteSocket"/> holds the lock.
/// </summary>
internal sealed class NetlinkSocket : IDisposable
{
    private const int BufferLength = 64 * 1024;
    private const int MaximumDumpAttempts = 10;

    private readonly FileDescriptorHandle handle;
    private readonly string place;
    private byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferLength);
    private uint sequence;

    private NetlinkSocket(FileDescriptorHandle handle, string place)
    {
        this.handle = handle;
        this.place = place;
    }

    /// <summary>Sees one message: its type and what follows its header.</summary>
    public delegate void MessageHandler(ushort type, ReadOnlySpan<byte> payload);

    public FileDescriptorHandle Handle => handle;

    /// <summary>Opens the socket in <paramref name="networkNamespace"/>, or in the calling thread's for null.</summary>
    public static NetlinkSocket Open(NetworkNamespace? networkNamespace, uint groups, TimeSpan receiveTimeout)
    {
        var place = networkNamespace is null ? "this namespace" : $"namespace '{networkNamespace}'";
        return networkNamespace is null ? OpenHere(place, groups, receiveTimeout)
            : networkNamespace.Run(() => OpenHere(place, groups, receiveTimeout));
    }

    /// <summary>Sends a request and waits for the acknowledgement.</summary>
    /// <returns>0, or the kernel's errno; <paramref name="kernelText"/> is its own explanation, if any.</returns>
    public int Execute(NetlinkRequest request, out string? kernelText, MessageHandler? answer = null)
    {
        var number = Send(request);
        return ReceiveAnswer(number, answer, out kernelText, out _);
    }

    /// <summary>Sends a dump request; a dump that the kernel calls inconsistent is repeated from the start.</summary>
    /// <returns>0 or the kernel's errno.</returns>
    public int Dump(NetlinkRequest request, Action restart, MessageHandler answer, out string? kernelText)
    {
        for (var attempt = 1; ; attempt++)
        {
            restart();
            var number = Send(request);
            var errno = ReceiveAnswer(number, answer, out kernelText, out var interrupted);
            if (!interrupted || attempt == MaximumDumpAttempts)
            {
                return errno;
            }
        }
    }

    /// <summary>Receives one datagram.</summary>
    /// <returns>Its length, or minus errno.</returns>
    public unsafe int Receive(Span<byte> target, int flags)
    {
        fixed (byte* data = target)
        {
            while (true)
            {
                var length = NetlinkNative.Receive(handle, data, (nuint)target.Length, flags | NetlinkNative.MsgTrunc);
                if (length >= 0)
                {
                    // Longer than the buffer: the rest is lost, which for a subscriber is the same as an overrun.
                    return length > target.Length ? -Errno.NoBuffers : (int)length;
                }

                var errno = Marshal.GetLastPInvokeError();
                if (errno != Errno.Interrupted)
                {
                    return -errno;
                }
            }
        }
    }

    public void Dispose()
    {
        handle.Dispose();
        ArrayPool<byte>.Shared.Return(Interlocked.Exchange(ref buffer, []));
    }

    private static unsafe NetlinkSocket OpenHere(string place, uint groups, TimeSpan receiveTimeout)
    {
        var handle = NetlinkNative.Socket(
            NetlinkNative.AfNetlink, NetlinkNative.SockRaw | NetlinkNative.SockCloexec, NetlinkNative.NetlinkRoute);
        if (handle.IsInvalid)
        {
            throw NetlinkException.FromErrno(
                Marshal.GetLastPInvokeError(), $"cannot open a netlink socket in {place}");
        }

        var one = 1;
        Span<long> timeout = [(long)receiveTimeout.TotalSeconds, receiveTimeout.Microseconds];
        var address = stackalloc byte[12];
        new Span<byte>(address, 12).Clear();
        *(ushort*)address = NetlinkNative.AfNetlink;
        *(uint*)(address + 8) = groups;
        fixed (long* timeoutPointer = timeout)
        {
            // Extended acknowledgements and strict checking are 4.20's: both are there on every supported kernel.
            if (NetlinkNative.SetSocketOption(
                    handle, NetlinkNative.SolNetlink, NetlinkNative.NetlinkExtAck, (byte*)&one, sizeof(int)) != 0
                || NetlinkNative.SetSocketOption(
                    handle, NetlinkNative.SolNetlink, NetlinkNative.NetlinkGetStrictChk, (byte*)&one, sizeof(int)) != 0
                || NetlinkNative.SetSocketOption(
                    handle, NetlinkNative.SolSocket, NetlinkNative.SoRcvTimeo, (byte*)timeoutPointer, 16) != 0
                || NetlinkNative.Bind(handle, address, 12) != 0)
            {
                var failure = NetlinkException.FromErrno(
                    Marshal.GetLastPInvokeError(), $"cannot set up a netlink socket in {place}");
                handle.Dispose();
                throw failure;
            }
        }

        return new NetlinkSocket(handle, place);
    }

    private unsafe uint Send(NetlinkRequest request)
    {
        var number = ++sequence;
        var kernel = stackalloc byte[12];
        new Span<byte>(kernel, 12).Clear();
        *(ushort*)kernel = NetlinkNative.AfNetlink;
        var message = request.Complete(number);
        fixed (byte* data = message)
        {
            while (NetlinkNative.SendTo(handle, data, (nuint)message.Length, 0, kernel, 12) < 0)
            {
                if (Marshal.GetLastPInvokeError() != Errno.Interrupted)
                {
                    throw NetlinkException.FromErrno(
                        Marshal.GetLastPInvokeError(), $"cannot send a netlink request in {place}");
                }
            }
        }

        return number;
    }

    private int ReceiveAnswer(uint number, MessageHandler? answer, out string? kernelText, out bool interrupted)
    {
        kernelText = null;
        interrupted = false;
        while (true)
        {
            var received = Receive(buffer, 0);
            if (received < 0)
            {
                throw NetlinkException.FromErrno(-received, $"the kernel did not answer a netlink request in {place}");
            }

            var reader = new NetlinkMessages(buffer.AsSpan(0, received));
            while (reader.MoveNext())
            {
                // What is left of an earlier request that timed out is not ours.
                if (reader.Sequence != number)
                {
                    continue;
                }

                interrupted |= (reader.Flags & RouteMessages.FlagDumpInterrupted) != 0;
                if (reader.Type is RouteMessages.Error or RouteMessages.Done)
                {
                    kernelText = reader.ErrorText;
                    return reader.ErrorNumber;
                }

                answer?.Invoke(reader.Type, reader.Payload);
            }
        }
    }
}
