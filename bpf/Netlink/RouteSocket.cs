using System.Runtime.InteropServices;

namespace Jumpgate.Bpf.Netlink;

/// <summary>
/// Asks one network namespace about its links and addresses (rtnetlink(7)). Safe for several threads; each request is
/// answered by the kernel at once.
/// </summary>
public sealed class RouteSocket : IDisposable
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private readonly NetlinkSocket socket;

    private RouteSocket(NetlinkSocket socket, string place)
    {
        this.socket = socket;
        Place = place;
    }

    internal delegate T? Parser<T>(ReadOnlySpan<byte> payload)
        where T : class;

    /// <summary>How messages call the namespace.</summary>
    public string Place { get; }

    /// <summary>Opens a socket in a namespace; null means the calling thread's.</summary>
    /// <exception cref="NetlinkException">The namespace may not be entered, or no socket is to be had.</exception>
    public static RouteSocket Open(NetworkNamespace? networkNamespace = null) => new(
        NetlinkSocket.Open(networkNamespace, groups: 0, AnswerTimeout),
        networkNamespace is null ? "this namespace" : $"namespace '{networkNamespace}'");

    /// <summary>Every interface.</summary>
    public IReadOnlyList<LinkInfo> ListLinks()
    {
        var request = new NetlinkRequest(RouteMessages.GetLink, RouteMessages.FlagDump, new byte[16])
            .Add(RouteMessages.Link.ExtendedMask, RouteMessages.Link.SkipStatistics);
        return Dump("list the interfaces", request, RouteMessages.NewLink, LinkInfo.Parse);
    }

    /// <summary>The interface of that name, or null.</summary>
    public LinkInfo? FindLink(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return InterfaceName.IsValid(name)
            ? FindLink($"interface '{name}'", new byte[16], request => request.Add(RouteMessages.Link.Name, name))
            : null;
    }

    /// <summary>The interface of that ifindex, or null.</summary>
    public LinkInfo? FindLink(int index)
    {
        var fixedPart = new byte[16];
        MemoryMarshal.Write(fixedPart.AsSpan(4), index);
        return index <= 0 ? null : FindLink($"interface {index}", fixedPart, request => request);
    }

    /// <summary>Every address of both families; with an ifindex, only that interface's.</summary>
    public IReadOnlyList<AddressInfo> ListAddresses(int? interfaceIndex = null)
    {
        var fixedPart = new byte[8];
        MemoryMarshal.Write(fixedPart.AsSpan(4), interfaceIndex ?? 0);
        var request = new NetlinkRequest(RouteMessages.GetAddress, RouteMessages.FlagDump, fixedPart);
        var addresses = Dump(
            "list the addresses", request, RouteMessages.NewAddress, AddressInfo.Parse, emptyOn: [Errno.NoDevice]);
        return interfaceIndex is { } index ? [.. addresses.Where(a => a.InterfaceIndex == index)] : addresses;
    }

    /// <summary>
    /// This namespace's number for another one, as in <see cref="LinkInfo.PeerNamespaceId"/>; null where it has none,
    /// which means that no interface here has its other end there.
    /// </summary>
    public int? FindNamespaceId(NetworkNamespace other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var added = false;
        int? found = null;
        try
        {
            other.Handle.DangerousAddRef(ref added);
            var request = new NetlinkRequest(RouteMessages.GetNamespaceId, RouteMessages.FlagAck, new byte[4])
                .Add(RouteMessages.NamespaceId.Descriptor, (uint)other.Handle.Number);
            Execute($"look up namespace '{other}'", request, answer: (_, payload) =>
            {
                var attributes = NetlinkAttributes.After(payload, 4);
                while (attributes.MoveNext())
                {
                    if (attributes.Type == RouteMessages.NamespaceId.Id && (int)attributes.UInt32 >= 0)
                    {
                        found = (int)attributes.UInt32;
                    }
                }
            });
        }
        finally
        {
            if (added)
            {
                other.Handle.DangerousRelease();
            }
        }

        return found;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate)
        {
            socket.Dispose();
        }
    }

    /// <returns>0, or one of <paramref name="expected"/>; any other errno is thrown.</returns>
    internal int Execute(
        string attempted, NetlinkRequest request, int[]? expected = null, NetlinkSocket.MessageHandler? answer = null)
    {
        int errno;
        string? kernelText;
        lock (gate)
        {
            errno = socket.Execute(request, out kernelText, answer);
        }

        return errno == 0 || (expected is not null && expected.Contains(errno))
            ? errno
            : throw NetlinkException.FromErrno(errno, $"cannot {attempted} in {Place}", kernelText);
    }

    internal IReadOnlyList<T> Dump<T>(
        string attempted, NetlinkRequest request, ushort type, Parser<T> parse, int[]? emptyOn = null)
        where T : class
    {
        return TryDump(attempted, request, type, parse, emptyOn ?? []) ?? [];
    }

    /// <returns>Null where the kernel answered with one of <paramref name="expected"/>.</returns>
    internal IReadOnlyList<T>? TryDump<T>(
        string attempted, NetlinkRequest request, ushort type, Parser<T> parse, int[] expected)
        where T : class
    {
        var found = new List<T>();
        int errno;
        string? kernelText;
        lock (gate)
        {
            errno = socket.Dump(
                request,
                found.Clear,
                (messageType, payload) =>
                {
                    if (messageType == type && parse(payload) is { } item)
                    {
                        found.Add(item);
                    }
                },
                out kernelText);
        }

        if (errno == 0)
        {
            return found;
        }

        return expected.Contains(errno)
            ? null
            : throw NetlinkException.FromErrno(errno, $"cannot {attempted} in {Place}", kernelText);
    }

    private LinkInfo? FindLink(string what, byte[] fixedPart, Func<NetlinkRequest, NetlinkRequest> complete)
    {
        LinkInfo? found = null;
        var request = complete(new NetlinkRequest(RouteMessages.GetLink, RouteMessages.FlagAck, fixedPart)
            .Add(RouteMessages.Link.ExtendedMask, RouteMessages.Link.SkipStatistics));
        Execute($"look up {what}", request, [Errno.NoDevice], (type, payload) =>
        {
            if (type == RouteMessages.NewLink)
            {
                found = LinkInfo.Parse(payload);
            }
        });
        return found;
    }
}
