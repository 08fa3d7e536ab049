using System.Net.NetworkInformation;
using System.Runtime.InteropServices;

namespace Jumpgate.Bpf.Netlink;

/// <summary>A network interface as its namespace knows it (RTM_NEWLINK).</summary>
/// <param name="Index">ifindex, unique in its namespace only.</param>
/// <param name="Name">Interface name, at most 15 bytes.</param>
/// <param name="Kind"><c>veth</c>, <c>bridge</c>, ...; null for loopback and physical devices.</param>
/// <param name="PeerIndex">IFLA_LINK: of a veth, the other end's ifindex, in the other end's namespace.</param>
/// <param name="PeerNamespaceId">
/// IFLA_LINK_NETNSID: this namespace's number for the one that <paramref name="PeerIndex"/> belongs to; null where it
/// is this one.
/// </param>
/// <param name="MasterIndex">ifindex of the bridge or bond it belongs to.</param>
/// <param name="Flags">IFF_* of netdevice(7).</param>
/// <param name="Mtu">Bytes of the largest network packet.</param>
/// <param name="HardwareAddress">MAC address; empty where the device has none.</param>
public sealed record LinkInfo(
    int Index,
    string Name,
    string? Kind,
    int? PeerIndex,
    int? PeerNamespaceId,
    int? MasterIndex,
    uint Flags,
    int Mtu,
    PhysicalAddress HardwareAddress)
{
    private const uint FlagUp = 0x1;
    private const uint FlagLoopback = 0x8;
    private const int FixedLength = 16;

    /// <summary>The interface is administratively up.</summary>
    public bool IsUp => (Flags & FlagUp) != 0;

    /// <summary>It is the loopback device.</summary>
    public bool IsLoopback => (Flags & FlagLoopback) != 0;

    /// <summary>One end of a virtual Ethernet pair (veth(4)).</summary>
    public bool IsVeth => Kind == "veth";

    internal static LinkInfo? Parse(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < FixedLength)
        {
            return null;
        }

        var name = "";
        string? kind = null;
        int? peer = null;
        int? peerNamespace = null;
        int? master = null;
        var mtu = 0;
        var hardware = PhysicalAddress.None;
        var attributes = NetlinkAttributes.After(payload, FixedLength);
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case RouteMessages.Link.Name:
                    name = attributes.Text;
                    break;
                case RouteMessages.Link.Address:
                    hardware = new PhysicalAddress(attributes.Value.ToArray());
                    break;
                case RouteMessages.Link.Mtu:
                    mtu = (int)attributes.UInt32;
                    break;
                case RouteMessages.Link.Peer:
                    peer = (int)attributes.UInt32;
                    break;
                case RouteMessages.Link.NamespaceId:
                    peerNamespace = (int)attributes.UInt32;
                    break;
                case RouteMessages.Link.Master:
                    master = (int)attributes.UInt32;
                    break;
                case RouteMessages.Link.Info:
                    kind = ParseKind(attributes.Value);
                    break;
            }
        }

        return new LinkInfo(
            MemoryMarshal.Read<int>(payload[4..]),
            name,
            kind,
            peer,
            peerNamespace,
            master,
            MemoryMarshal.Read<uint>(payload[8..]),
            mtu,
            hardware);
    }

    private static string? ParseKind(ReadOnlySpan<byte> information)
    {
        var attributes = new NetlinkAttributes(information);
        while (attributes.MoveNext())
        {
            if (attributes.Type == RouteMessages.Link.InfoKind)
            {
                return attributes.Text;
            }
        }

        return null;
    }
}
