using System.Net;
using Jumpgate.Agent.Listening.ProxyProtocol;

namespace Jumpgate.Agent.Listening.Sidecars;

/// <summary>Refusals in words, with the way out.</summary>
internal static class RefusalText
{
    public static string Of(SidecarRefusal refusal, IPAddress listener, ProxyHeader? header)
    {
        var what = header is null ? "" : $"{header.Source} -> {header.Destination}: ";
        return what + refusal switch
        {
            SidecarRefusal.UnknownSender => "the sender's address belongs to no workload of this node",
            SidecarRefusal.NotItsOwn =>
                "the sender is neither its client nor its server, and speaks for no other workload",
            SidecarRefusal.Address => "no connection has such an address or port",
            SidecarRefusal.Family => "no address of the sender's (or the node's) has the destination's family",
            SidecarRefusal.ToNode => "it goes to the node itself",
            SidecarRefusal.CameBack => "the sidecar has caught the agent's own connection to its application; "
                + $"let connections from {header?.Source.Address} pass it by (excludeInboundCIDRs)",
            SidecarRefusal.NotExcluded => "the sidecar would catch the agent's connection to its application; "
                + $"name {listener} in its excludeInboundCIDRs, and the node's address of the other family where it has both",
            SidecarRefusal.Policy => "policy does not allow it, or has HTTP rules for it",
            SidecarRefusal.HeaderTimeout => "no PROXY header came in time",
            SidecarRefusal.HeaderCut => "it ended before its PROXY header did",
            _ => refusal.ToString(),
        };
    }

    public static string Of(ProxyHeaderError error) => error switch
    {
        ProxyHeaderError.NoSignature => "it does not begin with a PROXY protocol v2 header (haproxy: send-proxy-v2)",
        ProxyHeaderError.Version => "a PROXY protocol header of another version than 2",
        ProxyHeaderError.Local => "a PROXY header LOCAL, which names no client; health checks have no business here",
        ProxyHeaderError.Command => "a PROXY header with an unknown command",
        ProxyHeaderError.Transport => "a PROXY header for something else than TCP over IPv4 or IPv6",
        ProxyHeaderError.Truncated => "a PROXY header that ends before its addresses do",
        ProxyHeaderError.TooLong => $"a PROXY header of more than {ProxyHeaderParser.MaxLength} bytes",
        ProxyHeaderError.Extensions => "a PROXY header whose extensions do not add up to its length",
        _ => error.ToString(),
    };
}
