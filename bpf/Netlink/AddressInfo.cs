using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Jumpgate.Bpf.Netlink;

/// <summary>An address of an interface (RTM_NEWADDR).</summary>
/// <param name="InterfaceIndex">ifindex in its namespace.</param>
/// <param name="Address">The interface's own address, not the far end of a point-to-point link.</param>
/// <param name="PrefixLength">Bits of the on-link prefix.</param>
/// <param name="Scope">How far the address is valid.</param>
/// <param name="Flags">IFA_F_* of <c>linux/if_addr.h</c>.</param>
public sealed record AddressInfo(
    int InterfaceIndex, IPAddress Address, int PrefixLength, AddressScope Scope, uint Flags)
{
    private const uint FlagDuplicate = 0x08;
    private const uint FlagTentative = 0x40;
    private const int FixedLength = 8;

    /// <summary>Duplicate address detection still runs (RFC 4862): the address cannot be used yet.</summary>
    public bool IsTentative => (Flags & FlagTentative) != 0;

    /// <summary>Duplicate address detection found another owner (RFC 4862): the address will never be used.</summary>
    public bool IsDuplicate => (Flags & FlagDuplicate) != 0;

    internal static AddressInfo? Parse(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < FixedLength
            || payload[0] is not (RouteMessages.FamilyIPv4 or RouteMessages.FamilyIPv6))
        {
            return null;
        }

        IPAddress? local = null;
        IPAddress? prefix = null;
        uint flags = payload[2];
        var attributes = NetlinkAttributes.After(payload, FixedLength);
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case RouteMessages.Address.Local:
                    local = new IPAddress(attributes.Value);
                    break;
                case RouteMessages.Address.Prefix:
                    prefix = new IPAddress(attributes.Value);
                    break;
                case RouteMessages.Address.Flags:
                    flags = attributes.UInt32;
                    break;
            }
        }

        var address = local ?? prefix;
        return address is null ? null : new AddressInfo(
            (int)MemoryMarshal.Read<uint>(payload[4..]), address, payload[1], (AddressScope)payload[3], flags);
    }

    /// <summary>IPv4 or IPv6.</summary>
    public AddressFamily Family => Address.AddressFamily;
}
