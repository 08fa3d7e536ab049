using System.Diagnostics;
using System.Net.NetworkInformation;
using System.Runtime.InteropServices;
using Jumpgate.Bpf.Netlink;

namespace Jumpgate.Testing;

/// <summary>
/// Frames in and out of one interface (packet(7)). Sending leaves through the interface as the workload's own packets
/// do; receiving sees what arrives there, not what leaves.
/// </summary>
public sealed class PacketSocket : IDisposable
{
    private const int FamilyPacket = 17;
    private const int AllProtocols = 3;
    private const int LevelPacket = 263;
    private const int IgnoreOutgoing = 23;
    private const int PollMilliseconds = 20;

    private readonly FileDescriptorHandle handle;

    private PacketSocket(FileDescriptorHandle handle, LinkInfo link)
    {
        this.handle = handle;
        Link = link;
    }

    /// <summary>The interface.</summary>
    public LinkInfo Link { get; }

    /// <summary>Opens it; what arrives from now on is kept for reading.</summary>
    public static unsafe PacketSocket Open(NetworkNamespace networkNamespace, string interfaceName)
    {
        ArgumentNullException.ThrowIfNull(networkNamespace);
        using var routes = RouteSocket.Open(networkNamespace);
        var link = routes.FindLink(interfaceName)
            ?? throw new ArgumentException($"no interface '{interfaceName}' in {networkNamespace}");

        // Protocol 0 until it is bound: else it would see the other interfaces' frames first.
        var handle = networkNamespace.Run(() => NetlinkNative.Socket(
            FamilyPacket, NetlinkNative.SockRaw | NetlinkNative.SockCloexec, 0));
        var one = 1;
        var address = stackalloc byte[20];
        new Span<byte>(address, 20).Clear();
        *(ushort*)address = FamilyPacket;
        *(ushort*)(address + 2) = System.Buffers.Binary.BinaryPrimitives.ReverseEndianness((ushort)AllProtocols);
        *(int*)(address + 4) = link.Index;
        if (handle.IsInvalid
            || NetlinkNative.SetSocketOption(handle, LevelPacket, IgnoreOutgoing, (byte*)&one, sizeof(int)) != 0
            || NetlinkNative.Bind(handle, address, 20) != 0)
        {
            var errno = Marshal.GetLastPInvokeError();
            handle.Dispose();
            throw new IOException($"no packet socket on '{interfaceName}' in {networkNamespace}: errno {errno}");
        }

        return new PacketSocket(handle, link);
    }

    /// <summary>Sends a frame.</summary>
    public unsafe void Send(params ReadOnlySpan<byte> frame)
    {
        fixed (byte* data = frame)
        {
            if (NetlinkNative.SendTo(handle, data, (nuint)frame.Length, 0, null, 0) != frame.Length)
            {
                throw new IOException(
                    $"cannot send {frame.Length} bytes on '{Link.Name}': errno {Marshal.GetLastPInvokeError()}");
            }
        }
    }

    /// <summary>Sends an IP packet to the given neighbour, from the interface's own address.</summary>
    public void SendIP(PhysicalAddress neighbour, params ReadOnlySpan<byte> packet) =>
        Send(RawPacket.Ethernet(Link.HardwareAddress, neighbour, packet));

    /// <summary>Waits for a packet that matches; others are thrown away.</summary>
    /// <exception cref="TimeoutException">None came; the message lists those that did.</exception>
    public Task<ParsedPacket> ReceiveAsync(Func<ParsedPacket, bool> match, TimeSpan timeout, string what) =>
        Task.Run(() =>
        {
            var others = new List<ParsedPacket>();
            return Find(match, timeout, others) ?? throw new TimeoutException(
                $"waited {timeout.TotalSeconds:0.#} s on '{Link.Name}' for {what}; saw {Describe(others)}");
        });

    /// <summary>Asserts that nothing that matches arrives before <paramref name="until"/> does.</summary>
    /// <remarks>Send the forbidden thing first, then one that is let through: no time has to be waited for.</remarks>
    public Task AssertAbsentAsync(
        Func<ParsedPacket, bool> forbidden, Func<ParsedPacket, bool> until, TimeSpan timeout, string what) =>
        Task.Run(() =>
        {
            var others = new List<ParsedPacket>();
            var found = Find(packet => forbidden(packet) || until(packet), timeout, others)
                ?? throw new TimeoutException(
                    $"the packet that was to end the wait for {what} never came; saw {Describe(others)}");
            if (forbidden(found))
            {
                throw new InvalidOperationException($"'{Link.Name}' got {what}: {Describe([found])}");
            }
        });

    /// <inheritdoc/>
    public void Dispose() => handle.Dispose();

    private static string Describe(List<ParsedPacket> packets) => packets.Count == 0 ? "nothing" : string.Join(
        "; ", packets.Select(p => $"{p.Source} > {p.Destination} protocol {p.Protocol} {p.TcpFlags}"));

    private unsafe ParsedPacket? Find(Func<ParsedPacket, bool> match, TimeSpan timeout, List<ParsedPacket> others)
    {
        var clock = Stopwatch.StartNew();
        var buffer = new byte[64 * 1024];
        var entry = new NetlinkNative.PollEntry { Descriptor = handle.Number, Events = NetlinkNative.PollIn };
        while (clock.Elapsed < timeout)
        {
            if (NetlinkNative.Poll(&entry, 1, PollMilliseconds) <= 0)
            {
                continue;
            }

            nint length;
            fixed (byte* data = buffer)
            {
                length = NetlinkNative.Receive(handle, data, (nuint)buffer.Length, NetlinkNative.MsgDontWait);
            }

            if (length > 0 && ParsedPacket.Parse(buffer.AsSpan(0, (int)length).ToArray()) is { } packet)
            {
                if (match(packet))
                {
                    return packet;
                }

                others.Add(packet);
            }
        }

        return null;
    }
}
