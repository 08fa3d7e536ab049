using System.Net;

namespace Jumpgate.Bpf.Netlink;

/// <summary>Where a workload is plugged into this node.</summary>
/// <param name="HostInterface">Name of the veth end in the agent's namespace.</param>
/// <param name="HostIndex">Its ifindex there: what programs are attached to.</param>
/// <param name="WorkloadName">Name of the other end, inside the workload's namespace.</param>
/// <param name="WorkloadIndex">Its ifindex there.</param>
/// <param name="Addresses">Global addresses of the workload's end; those found to be duplicates are left out.</param>
public sealed record WorkloadInterface(
    string HostInterface, int HostIndex, string WorkloadName, int WorkloadIndex, IReadOnlyList<IPAddress> Addresses);
