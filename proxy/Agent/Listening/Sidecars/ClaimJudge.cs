using System.Net;
using System.Net.Sockets;
using Jumpgate.Agent.Listening.ProxyProtocol;
using Jumpgate.Policy.Identities;
using Jumpgate.Policy.Snapshots;
using Jumpgate.Policy.Workloads;

namespace Jumpgate.Agent.Listening.Sidecars;

/// <summary>
/// What is believed of a PROXY header. Its sender is known by the address it connects from, which the kernel has
/// checked, and may speak of its own connections only: those that its application opens, and those that come to its
/// application. Of the latter it may name any client. That is its own protection, and nobody else's.
/// </summary>
/// <param name="sidecarOf">A workload's block <c>sidecar</c>, by the workload's name; null without one.</param>
/// <param name="nodeAddressTo">The node's address towards another one; null where there is no route.</param>
internal sealed class ClaimJudge(Func<string, SidecarDefinition?> sidecarOf, Func<IPAddress, IPAddress?> nodeAddressTo)
{
    /// <summary>The workload that an address belongs to.</summary>
    public static Workload? SenderAt(PolicySnapshot snapshot, IPEndPoint peer) =>
        snapshot.Lookup(peer.Address).Workload;

    /// <param name="peer">Where the sidecar connects from.</param>
    /// <param name="listener">Where it has reached the agent.</param>
    /// <returns>Null with <paramref name="refusal"/>.</returns>
    public SidecarClaim? Judge(
        PolicySnapshot snapshot, IPEndPoint peer, IPEndPoint listener, ProxyHeader header, out SidecarRefusal refusal)
    {
        if (SenderAt(snapshot, peer) is not { } sender)
        {
            refusal = SidecarRefusal.UnknownSender;
            return null;
        }

        refusal = CheckAddresses(snapshot, listener, header);
        if (refusal != SidecarRefusal.None)
        {
            return null;
        }

        if (SourceOf(header, peer, sender) is not { } source)
        {
            refusal = SidecarRefusal.Family;
            return null;
        }

        var from = snapshot.Lookup(source.Address);
        var to = snapshot.Lookup(header.Destination.Address);
        var flow = new FlowMetadata
        {
            Source = source,
            OriginalDestination = header.Destination,
            SourceIdentity = from.Identity,
            DestinationIdentity = to.Identity,
            SourceGroup = from.Group,
            DestinationGroup = to.Group,
        };
        if (to.Workload == sender)
        {
            var nodeAddress = listener.AddressFamily == header.Destination.AddressFamily
                ? listener.Address : nodeAddressTo(header.Destination.Address);
            refusal = nodeAddress is null ? SidecarRefusal.Family
                : IsNode(from) ? SidecarRefusal.CameBack
                : WouldCatch(sidecarOf(sender.Name), nodeAddress, header.Destination.Port) ? SidecarRefusal.NotExcluded
                : SidecarRefusal.None;
            return refusal == SidecarRefusal.None ? new SidecarClaim(flow, nodeAddress) : null;
        }

        refusal = from.Workload == sender ? SidecarRefusal.None : SidecarRefusal.NotItsOwn;
        return refusal == SidecarRefusal.None ? new SidecarClaim(flow, null) : null;
    }

    private static SidecarRefusal CheckAddresses(PolicySnapshot snapshot, IPEndPoint listener, ProxyHeader header)
    {
        var (source, destination) = (header.Source, header.Destination);
        if (source.Port == 0 || destination.Port == 0 || IsNobody(source.Address) || IsNobody(destination.Address)
            || IPAddress.IsLoopback(destination.Address))
        {
            return SidecarRefusal.Address;
        }

        // The listener by its address too: between two looks at the node's addresses it may not be in the tables yet.
        return destination.Address.Equals(listener.Address)
            || IsNode(snapshot.Lookup(destination.Address)) ? SidecarRefusal.ToNode : SidecarRefusal.None;
    }

    private static bool IsNode(AddressRecord record) =>
        record.Workload is null && record.Identity == ReservedIdentity.Host;

    private static bool IsNobody(IPAddress address) =>
        address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) || address.Equals(IPAddress.Broadcast)
        || address.IsIPv6Multicast
        || (address.AddressFamily == AddressFamily.InterNetwork && (address.GetAddressBytes()[0] & 0xf0) == 0xe0);

    /// <summary>
    /// An application reaches its sidecar by the loopback of their namespace. That says who it is, the sender, but not
    /// by which address the server is to know it.
    /// </summary>
    private static IPEndPoint? SourceOf(ProxyHeader header, IPEndPoint peer, Workload sender)
    {
        var family = header.Destination.AddressFamily;
        if (!IPAddress.IsLoopback(header.Source.Address))
        {
            return header.Source.AddressFamily == family ? header.Source : null;
        }

        var own = peer.AddressFamily == family
            ? peer.Address : sender.Addresses.FirstOrDefault(a => a.AddressFamily == family);
        return own is null ? null : new IPEndPoint(own, header.Source.Port);
    }

    private static bool WouldCatch(SidecarDefinition? sidecar, IPAddress from, int port) =>
        sidecar is { InboundPort: not 0 } && !sidecar.ExcludeInboundPorts.Contains((ushort)port)
        && !sidecar.ExcludeInboundCidrs.Any(network => network.Contains(from));
}
