using System.Collections.Immutable;
using Jumpgate.Agent.Workloads;
using Jumpgate.Bpf;
using Jumpgate.Policy.Snapshots;

namespace Jumpgate.Agent.Nodes;

/// <summary>Writes a snapshot in the kernel's terms.</summary>
internal static class KernelImage
{
    public static DatapathImage Build(PolicySnapshot snapshot, ImmutableArray<LocatedWorkload> workloads)
    {
        var tables = snapshot.Tables;
        var subjects = tables.Subjects.Select((group, index) => (group, index))
            .ToDictionary(s => s.group, s => (uint)s.index);
        var endpoints = new Dictionary<EndpointKey, Endpoint>();
        foreach (var workload in workloads.Where(w => w.Ifindex is not null))
        {
            foreach (var address in workload.Addresses)
            {
                var record = snapshot.Lookup(address);
                if (record.Workload?.Name == workload.Definition.Name)
                {
                    endpoints[EndpointKey.From(address)] = new Endpoint(
                        (uint)workload.Ifindex!.Value, record.Identity.Value, record.Group.Value,
                        subjects[record.Group]);
                }
            }
        }

        return new DatapathImage
        {
            Revision = snapshot.Revision,
            Endpoints = [.. endpoints],
            IpCache = [.. tables.IpCache.Select(e => KeyValuePair.Create(
                IpCacheKey.From(e.Prefix), new IpCacheValue(e.Identity.Value, e.Group.Value)))],
            Policy = [.. tables.Policy.Select(e => KeyValuePair.Create(
                new PolicyKey((uint)e.Subject, e.Peer.Value, e.PortClass, (Direction)e.Direction), Value(e.Verdict)))],
            Defaults = tables.Defaults.Select(Value).ToArray(),
            PortClasses = tables.PortClasses.AsMemory(),
            PortClassCount = (uint)tables.PortClassCount,
        };
    }

    private static PolicyValue Value(TableVerdict verdict) =>
        new((Verdict)verdict.Verdict, verdict.Rule, verdict.Audit);
}
