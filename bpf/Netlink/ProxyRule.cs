using System.Runtime.InteropServices;

namespace Jumpgate.Bpf.Netlink;

/// <summary>What <see cref="ProxyRouting"/> wants to know of a routing rule.</summary>
/// <param name="IsDelivery">It is exactly the rule we install: nothing less selective, nothing more.</param>
/// <param name="Origin">Who installed it (RTPROT_*).</param>
internal sealed record ProxyRule(bool IsDelivery, byte Origin)
{
    private const int FixedLength = 12;

    public static ProxyRule? Parse(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < FixedLength)
        {
            return null;
        }

        uint priority = 0, mark = 0, mask = 0, table = payload[4];
        byte origin = 0;
        var flags = MemoryMarshal.Read<uint>(payload[8..]);
        var narrower = payload[1] != 0 || payload[2] != 0 || payload[3] != 0
            || (flags & RouteMessages.Rule.FlagInvert) != 0;
        var attributes = NetlinkAttributes.After(payload, FixedLength);
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case RouteMessages.Rule.Priority:
                    priority = attributes.UInt32;
                    break;
                case RouteMessages.Rule.Mark:
                    mark = attributes.UInt32;
                    break;
                case RouteMessages.Rule.MarkMask:
                    mask = attributes.UInt32;
                    break;
                case RouteMessages.Rule.Table:
                    table = attributes.UInt32;
                    break;
                case RouteMessages.Rule.Protocol when attributes.Value.Length > 0:
                    origin = attributes.Value[0];
                    break;
                case RouteMessages.Rule.Source or RouteMessages.Rule.Destination or RouteMessages.Rule.InInterface
                    or RouteMessages.Rule.OutInterface or RouteMessages.Rule.TunnelId or RouteMessages.Rule.UserRange
                    or RouteMessages.Rule.TransportProtocol or RouteMessages.Rule.SourcePorts
                    or RouteMessages.Rule.DestinationPorts:
                    narrower = true;
                    break;
                case RouteMessages.Rule.LayerThreeMaster:
                    narrower |= attributes.Value.Length > 0 && attributes.Value[0] != 0;
                    break;
            }
        }

        var isDelivery = !narrower && payload[7] == RouteMessages.Rule.ActionToTable
            && priority == ProxyRouting.Priority && table == ProxyRouting.Table
            && mark == ProxyRouting.Mark && mask == ProxyRouting.MarkMask;
        return new ProxyRule(isDelivery, origin);
    }
}
