using Jumpgate.Agent.Flows;
using Jumpgate.Agent.Nodes;
using Jumpgate.Policy;

namespace Jumpgate.Agent.ControlPlane.AccessLogs;

/// <summary>
/// Makes the monitor's records out of entries: who is who is looked up in the snapshot in force, never taken from the
/// entry.
/// </summary>
internal sealed class AccessLogRecords(SnapshotStore store, TimeProvider time)
{
    public FlowRecord From(AccessLogEntry entry, string node)
    {
        var snapshot = store.Current;
        var ports = new FlowPorts(entry.Source.Port, entry.Destination.Port);
        var from = $"logged by {node}";
        return new FlowRecord
        {
            Time = entry.Time ?? time.GetUtcNow(),
            Verdict = entry.Verdict,
            DropReasonDesc = entry.Verdict == AccessLogEntry.Dropped ? "POLICY_DENIED" : null,
            Source = FlowRecords.PeerOf(snapshot, 0, entry.Source.Address),
            Destination = FlowRecords.PeerOf(snapshot, 0, entry.Destination.Address),
            Ip = FlowRecords.Ip(entry.Source.Address, entry.Destination.Address),
            L4 = entry.Protocol switch
            {
                L4Protocol.Tcp => new FlowL4(ports, null, null),
                L4Protocol.Udp => new FlowL4(null, ports, null),
                _ => null,
            },
            L7 = entry.Request is not { } request ? null : new FlowL7(
                new FlowHttp(request.Status, request.Method, request.Path, request.Protocol, request.Authority, null),
                (ulong)entry.Duration.TotalNanoseconds),
            TrafficDirection = snapshot.Lookup(entry.Destination.Address).Workload is null ? "EGRESS" : "INGRESS",
            PolicyNames = entry.Policy is null ? [] : [entry.Policy],
            PolicyRevision = snapshot.Revision,
            Summary = entry.Details is null or "via_upstream" ? from : $"{entry.Details}; {from}",
        };
    }
}
