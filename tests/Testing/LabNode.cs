using System.Net;
using Jumpgate.Bpf.Netlink;

namespace Jumpgate.Testing;

/// <summary>One namespace of a <see cref="Lab"/>: a workload, or the world behind the uplink.</summary>
/// <param name="Name">Short name within the lab.</param>
/// <param name="NamespaceName">Full name, as in <c>ip netns list</c>.</param>
/// <param name="Namespace">The open namespace; the lab's.</param>
/// <param name="HostInterface">Its veth's end in the node's namespace.</param>
/// <param name="HostIndex">ifindex of that end, in the node's namespace.</param>
/// <param name="IPv4">Its address.</param>
/// <param name="IPv6">Its address.</param>
/// <param name="GatewayIPv4">The node's address on the veth.</param>
/// <param name="GatewayIPv6">The node's address on the veth.</param>
public sealed record LabNode(
    string Name,
    string NamespaceName,
    NetworkNamespace Namespace,
    string HostInterface,
    int HostIndex,
    IPAddress IPv4,
    IPAddress IPv6,
    IPAddress GatewayIPv4,
    IPAddress GatewayIPv6)
{
    /// <summary>Name of its end of the veth.</summary>
    public const string InterfaceName = "eth0";

    /// <summary>Its address of that family.</summary>
    public IPAddress Address(bool ipv6) => ipv6 ? IPv6 : IPv4;
}
