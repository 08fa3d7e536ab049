using System.Net;
using Jumpgate.Agent.Nodes;
using Jumpgate.Bpf;
using Jumpgate.Http.Observation;
using Jumpgate.Policy.Identities;
using Jumpgate.Policy.Kafka.Observation;
using Jumpgate.Policy.Snapshots;

namespace Jumpgate.Agent.Flows;

/// <summary>Makes records out of kernel events and finished requests, with names of the snapshot in force.</summary>
internal sealed class FlowRecords(SnapshotStore store, TimeProvider time)
{
    private const byte Tcp = 6;
    private const byte Udp = 17;

    public FlowRecord From(in FlowEvent flowEvent)
    {
        var snapshot = store.Current;
        var source = new IPEndPoint(flowEvent.Source.ToIPAddress(), flowEvent.SourcePort);
        var destination = new IPEndPoint(flowEvent.Destination.ToIPAddress(), flowEvent.DestinationPort);
        var dropped = flowEvent.Type == EventType.Drop;
        var rule = flowEvent.Revision == snapshot.Revision ? snapshot.RuleAt(flowEvent.Rule) : null;
        return new FlowRecord
        {
            Time = TimeOf(flowEvent.TimeNs),
            Verdict = dropped ? "DROPPED" : flowEvent.Type == EventType.Audit ? "AUDIT"
                : flowEvent.Verdict == Bpf.Verdict.Redirect ? "REDIRECTED" : "FORWARDED",
            DropReasonDesc = dropped ? Describe(flowEvent.Reason) : null,
            Source = PeerOf(snapshot, flowEvent.SourceIdentity, source.Address),
            Destination = PeerOf(snapshot, flowEvent.DestinationIdentity, destination.Address),
            Ip = Ip(source.Address, destination.Address),
            L4 = flowEvent.Protocol switch
            {
                Tcp => new FlowL4(new FlowPorts(source.Port, destination.Port, Flags(flowEvent.TcpFlags)), null, null),
                Udp => new FlowL4(null, new FlowPorts(source.Port, destination.Port), null),
                1 => new FlowL4(null, null, "ICMPv4"),
                58 => new FlowL4(null, null, "ICMPv6"),
                0 => null,
                _ => new FlowL4(null, null, $"protocol {flowEvent.Protocol}"),
            },
            TrafficDirection = flowEvent.Direction == Direction.Ingress ? "INGRESS" : "EGRESS",
            PolicyNames = rule is null ? [] : [rule.ToString()],
            PolicyRevision = flowEvent.Revision,
        };
    }

    public FlowRecord From(HttpRequestRecord request)
    {
        var snapshot = store.Current;
        var flow = request.Flow;
        return new FlowRecord
        {
            Time = request.Time,
            Verdict = request.Outcome switch
            {
                RequestOutcome.Forwarded => "FORWARDED",
                RequestOutcome.Audit => "AUDIT",
                RequestOutcome.Error => "ERROR",
                _ => "DROPPED",
            },
            DropReasonDesc = request.Outcome switch
            {
                RequestOutcome.Denied => "POLICY_DENIED",
                RequestOutcome.Rejected => "INVALID_REQUEST",
                _ => null,
            },
            Source = PeerOf(snapshot, flow.SourceIdentity.Value, flow.Source.Address),
            Destination = PeerOf(snapshot, flow.DestinationIdentity.Value, flow.OriginalDestination.Address),
            Ip = Ip(flow.Source.Address, flow.OriginalDestination.Address),
            L4 = new FlowL4(new FlowPorts(flow.Source.Port, flow.OriginalDestination.Port), null, null),
            L7 = new FlowL7(
                new FlowHttp(request.Status, request.Method, request.Target, request.Protocol, request.Authority,
                    request.GrpcStatus),
                (ulong)request.Duration.TotalNanoseconds),
            TrafficDirection = "INGRESS",
            PolicyNames = request.Rule is null ? [] : [request.Rule.ToString()],
            PolicyRevision = request.PolicyRevision,
            Summary = request.Reason,
        };
    }

    public FlowRecord From(KafkaRequestRecord request)
    {
        var snapshot = store.Current;
        var rule = request.Decision?.Rule;
        return new FlowRecord
        {
            Time = request.Time,
            Verdict = KafkaFlows.Verdict(request.Outcome),
            DropReasonDesc = KafkaFlows.DropReason(request.Outcome),
            Source = PeerOf(snapshot, request.SourceIdentity.Value, request.Source.Address),
            Destination = PeerOf(snapshot, request.DestinationIdentity.Value, request.Destination.Address),
            Ip = Ip(request.Source.Address, request.Destination.Address),
            L4 = new FlowL4(new FlowPorts(request.Source.Port, request.Destination.Port), null, null),
            L7 = new FlowL7(null, (ulong)request.Duration.TotalNanoseconds, KafkaFlows.From(request)),
            TrafficDirection = "INGRESS",
            PolicyNames = rule is null ? [] : [rule.ToString()],
            PolicyRevision = request.PolicyRevision,
            Summary = request.Reason,
        };
    }

    /// <summary>A request that the kernel decided.</summary>
    public FlowRecord From(in LaneEvent response, string method, string target, RuleReference? rule)
    {
        var snapshot = store.Current;
        var source = new IPEndPoint(response.Event.Source.ToIPAddress(), response.Event.SourcePort);
        var destination = new IPEndPoint(response.Event.Destination.ToIPAddress(), response.Event.DestinationPort);
        return new FlowRecord
        {
            Time = TimeOf(response.Event.TimeNs - response.LatencyNs),
            Verdict = "FORWARDED",
            Source = PeerOf(snapshot, 0, source.Address),
            Destination = PeerOf(snapshot, 0, destination.Address),
            Ip = Ip(source.Address, destination.Address),
            L4 = new FlowL4(new FlowPorts(source.Port, destination.Port), null, null),
            L7 = new FlowL7(
                new FlowHttp((int)response.Status, method, target, "HTTP/1.1", string.Empty, null), response.LatencyNs),
            TrafficDirection = "INGRESS",
            PolicyNames = rule is null ? [] : [rule.ToString()],
            PolicyRevision = response.Event.Revision,
            Summary = "decided in the kernel",
        };
    }

    internal static FlowPeer PeerOf(PolicySnapshot snapshot, uint identity, IPAddress address)
    {
        var known = snapshot.Lookup(address);
        var number = identity == 0 ? known.Identity : new NumericIdentity(identity);
        var labels = snapshot.FindIdentity(number)?.Labels.Select(l => l.ToString()).ToList() ?? [];
        var workload = known.Identity == number ? known.Workload?.Name : null;
        return new FlowPeer(number.Value, labels, workload);
    }

    internal static FlowIp Ip(IPAddress source, IPAddress destination) => new(
        source.ToString(), destination.ToString(),
        source.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? "IPv4" : "IPv6");

    private static string Describe(DropReason reason) => reason switch
    {
        DropReason.PolicyDenied => "POLICY_DENIED",
        DropReason.PolicyDeny => "POLICY_DENY",
        DropReason.InvalidSource => "INVALID_SOURCE_IP",
        DropReason.InvalidPacket => "INVALID_PACKET_DROPPED",
        DropReason.UnsupportedProtocol => "UNSUPPORTED_L3_PROTOCOL",
        DropReason.FragmentNotFound => "FRAG_NOT_FOUND",
        DropReason.NoProxy => "NO_PROXY",
        DropReason.ProxyAssign => "PROXY_ASSIGN_FAILED",
        DropReason.FlowTable => "CT_MAP_INSERTION_FAILED",
        DropReason.NoPolicy => "NO_POLICY",
        DropReason.UnknownEndpoint => "UNKNOWN_ENDPOINT",
        _ => reason.ToString(),
    };

    private static string Flags(byte flags)
    {
        string[] names = ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"];
        return string.Join('|', names.Where((_, i) => (flags & (1 << i)) != 0));
    }

    /// <summary>CLOCK_MONOTONIC, which .NET's time stamps are on Linux, to wall time.</summary>
    private DateTimeOffset TimeOf(ulong monotonicNs)
    {
        var now = (double)time.GetTimestamp() / time.TimestampFrequency;
        return time.GetUtcNow() - TimeSpan.FromSeconds(Math.Max(0, now - (monotonicNs / 1e9)));
    }
}
