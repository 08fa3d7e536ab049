using System.Collections.Immutable;
using System.Net;
using Jumpgate.Bpf.Netlink;
using Jumpgate.Policy.Workloads;

namespace Jumpgate.Agent.Workloads;

/// <summary>
/// Finds workloads' interfaces and addresses. What is missing leaves the workload waiting; it is looked for again.
/// </summary>
internal sealed class WorkloadLocator(NetworkNamespace node)
{
    public ImmutableArray<LocatedWorkload> Locate(IEnumerable<WorkloadDefinition> definitions)
    {
        using var socket = RouteSocket.Open(node);
        var links = socket.ListLinks().ToDictionary(l => l.Name);
        var taken = new Dictionary<int, string>();
        return [.. definitions.Select(d => Refuse(Locate(d, links), links, taken))];
    }

    public ImmutableArray<IPAddress> NodeAddresses()
    {
        using var socket = RouteSocket.Open(node);
        return [.. socket.ListAddresses().Select(a => a.Address).Distinct()
            .OrderBy(a => a.ToString(), StringComparer.Ordinal)];
    }

    public int? FindInterface(string name)
    {
        using var socket = RouteSocket.Open(node);
        return socket.FindLink(name)?.Index;
    }

    private LocatedWorkload Locate(WorkloadDefinition definition, Dictionary<string, LinkInfo> links)
    {
        if (definition.NetworkNamespace is not null)
        {
            var found = WorkloadResolver.Resolve(node, definition.NetworkNamespace, definition.Interface);
            if (found.Interface is not { } plugged)
            {
                return Waiting(definition, found.Explanation);
            }

            var addresses = definition.Addresses.IsEmpty ? [.. plugged.Addresses] : definition.Addresses;
            return addresses.IsEmpty
                ? Waiting(definition,
                    $"{plugged.WorkloadName} in namespace {definition.NetworkNamespace} has no address yet")
                : new LocatedWorkload(definition, plugged.HostIndex, plugged.HostInterface, addresses, null);
        }

        return links.TryGetValue(definition.Interface!, out var link)
            ? new LocatedWorkload(definition, link.Index, link.Name, definition.Addresses, null)
            : Waiting(definition, $"there is no interface {definition.Interface}");
    }

    /// <summary>What cannot be enforced on is not attached to: a bridge would forward past the proxy.</summary>
    private static LocatedWorkload Refuse(
        LocatedWorkload workload, Dictionary<string, LinkInfo> links, Dictionary<int, string> taken)
    {
        if (workload.Ifindex is not { } ifindex)
        {
            return workload;
        }

        if (links.TryGetValue(workload.Interface!, out var link) && link.MasterIndex is not null)
        {
            return Waiting(workload.Definition,
                $"{link.Name} is part of a bridge or bond; the redirect works on routed interfaces");
        }

        return workload.Definition.IsOnLoopback || taken.TryAdd(ifindex, workload.Definition.Name)
            ? workload
            : Waiting(workload.Definition, $"{workload.Interface} belongs to workload {taken[ifindex]} already");
    }

    private static LocatedWorkload Waiting(WorkloadDefinition definition, string why) =>
        new(definition, null, null, [], why);
}
