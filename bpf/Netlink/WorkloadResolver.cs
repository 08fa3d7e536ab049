namespace Jumpgate.Bpf.Netlink;

/// <summary>
/// Finds the host side of a workload: the veth whose one end is in the workload's namespace and whose other end is in
/// the agent's. The two halves of a veth name each other by ifindex and by a namespace number that only means something
/// inside one namespace, so both ends are asked and must agree.
/// </summary>
public static class WorkloadResolver
{
    /// <summary>Resolves a namespace that a user named.</summary>
    /// <param name="agent">The agent's own namespace.</param>
    /// <param name="nameOrPath">As in <see cref="NetworkNamespace.Open"/>.</param>
    /// <param name="hostInterface">Chooses among several; null where there is but one.</param>
    public static WorkloadResolution Resolve(NetworkNamespace agent, string nameOrPath, string? hostInterface = null)
    {
        using var workload = NetworkNamespace.TryOpen(nameOrPath, out var error);
        return workload is null
            ? Failure(WorkloadResolutionOutcome.NamespaceUnavailable, error!)
            : Resolve(agent, workload, hostInterface);
    }

    /// <summary>Resolves an open namespace.</summary>
    /// <exception cref="NetlinkException">The kernel refused to answer.</exception>
    public static WorkloadResolution Resolve(
        NetworkNamespace agent, NetworkNamespace workload, string? hostInterface = null)
    {
        ArgumentNullException.ThrowIfNull(agent);
        ArgumentNullException.ThrowIfNull(workload);
        if (agent.IsSameAs(workload))
        {
            return Failure(
                WorkloadResolutionOutcome.NamespaceIsOurs,
                $"namespace '{workload}' is the agent's own; a workload needs one of its own, "
                + "or 'interface' and 'addresses'");
        }

        using var inside = RouteSocket.Open(workload);
        using var outside = RouteSocket.Open(agent);

        // Order matters: listing makes the kernel number the namespaces that the look-up then asks for.
        var veths = inside.ListLinks().Where(link => link is { IsVeth: true, PeerIndex: not null }).ToList();
        var hosts = outside.ListLinks().Where(link => link.IsVeth).ToDictionary(link => link.Index);
        var agentId = inside.FindNamespaceId(agent);
        var workloadId = outside.FindNamespaceId(workload);
        var pairs = agentId is null || workloadId is null ? [] : veths
            .Where(veth => veth.PeerNamespaceId == agentId && hosts.ContainsKey(veth.PeerIndex!.Value))
            .Select(veth => (Inside: veth, Host: hosts[veth.PeerIndex!.Value]))
            .Where(pair => pair.Host.PeerIndex == pair.Inside.Index && pair.Host.PeerNamespaceId == workloadId)
            .ToList();

        if (hostInterface is not null)
        {
            pairs = [.. pairs.Where(pair => pair.Host.Name == hostInterface)];
            if (pairs.Count == 0)
            {
                return Failure(
                    WorkloadResolutionOutcome.WrongHostInterface,
                    $"interface '{hostInterface}' is no veth of the agent's namespace that leads to "
                    + $"namespace '{workload}'; 'ip -d link show type veth' shows what exists");
            }
        }

        return pairs.Count switch
        {
            0 => Failure(
                WorkloadResolutionOutcome.NoInterface,
                $"no veth of namespace '{workload}' ends in the agent's namespace; create one, "
                + "or name 'interface' and 'addresses'"),
            1 => Found(pairs[0].Inside, pairs[0].Host, inside),
            _ => Failure(
                WorkloadResolutionOutcome.SeveralInterfaces,
                $"namespace '{workload}' has several veths to the agent's namespace "
                + $"({string.Join(", ", pairs.Select(pair => pair.Host.Name).Order(StringComparer.Ordinal))}); "
                + "name one as 'interface'"),
        };
    }

    private static WorkloadResolution Found(LinkInfo inside, LinkInfo host, RouteSocket socket)
    {
        var addresses = socket.ListAddresses(inside.Index)
            .Where(address => address.Scope == AddressScope.Global && !address.IsDuplicate)
            .Select(address => address.Address)
            .Distinct()
            .ToList();
        return new WorkloadResolution(
            WorkloadResolutionOutcome.Found,
            new WorkloadInterface(host.Name, host.Index, inside.Name, inside.Index, addresses),
            "");
    }

    private static WorkloadResolution Failure(WorkloadResolutionOutcome outcome, string explanation) =>
        new(outcome, null, explanation);
}
