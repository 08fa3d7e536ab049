namespace Jumpgate.Bpf.Netlink;

/// <summary>What <see cref="ProxyRouting"/> wants to know of a route in its table.</summary>
/// <param name="IsDelivery">It delivers everything locally.</param>
/// <param name="Origin">Who installed it (RTPROT_*).</param>
internal sealed record ProxyRoute(bool IsDelivery, byte Origin)
{
    private const int FixedLength = 12;

    public static ProxyRoute? Parse(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < FixedLength)
        {
            return null;
        }

        uint table = payload[4];
        var gateway = false;
        var attributes = NetlinkAttributes.After(payload, FixedLength);
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case RouteMessages.Route.Table:
                    table = attributes.UInt32;
                    break;
                case RouteMessages.Route.Gateway:
                    gateway = true;
                    break;
            }
        }

        var isDelivery = payload[1] == 0 && payload[2] == 0 && payload[3] == 0 && !gateway
            && payload[7] == RouteMessages.Route.TypeLocal && table == ProxyRouting.Table;
        return new ProxyRoute(isDelivery, payload[5]);
    }
}
