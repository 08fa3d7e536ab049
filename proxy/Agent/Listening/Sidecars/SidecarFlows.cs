using Jumpgate.Agent.Flows;
using Jumpgate.Policy.Snapshots;

namespace Jumpgate.Agent.Listening.Sidecars;

/// <summary>
/// What the kernel tells of redirected connections, of those that sidecars pass on: refused by policy.
/// </summary>
internal static class SidecarFlows
{
    public static FlowRecord Dropped(
        PolicySnapshot snapshot, FlowMetadata flow, ConnectionPolicy policy, DateTimeOffset now)
    {
        var isEgress = policy.Egress.Verdict is not (L4Verdict.Allow or L4Verdict.Redirect);
        var decision = isEgress ? policy.Egress : policy.Ingress;
        var rule = decision.Rule ?? decision.DefaultDenyBy;
        return new FlowRecord
        {
            Time = now,
            Verdict = "DROPPED",
            DropReasonDesc = decision.Verdict == L4Verdict.Deny ? "POLICY_DENY" : "POLICY_DENIED",
            Source = FlowRecords.PeerOf(snapshot, flow.SourceIdentity.Value, flow.Source.Address),
            Destination =
                FlowRecords.PeerOf(snapshot, flow.DestinationIdentity.Value, flow.OriginalDestination.Address),
            Ip = FlowRecords.Ip(flow.Source.Address, flow.OriginalDestination.Address),
            L4 = new FlowL4(new FlowPorts(flow.Source.Port, flow.OriginalDestination.Port), null, null),
            TrafficDirection = isEgress ? "EGRESS" : "INGRESS",
            PolicyNames = rule is null ? [] : [rule.ToString()],
            PolicyRevision = policy.Revision,
            Summary = "passed on by a sidecar",
        };
    }
}
