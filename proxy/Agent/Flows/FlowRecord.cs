using System.Text.Json.Serialization;

namespace Jumpgate.Agent.Flows;

/// <summary>One flow event in Hubble's vocabulary (flow.proto): what the monitor prints, and its JSON.</summary>
public sealed record FlowRecord
{
    public required DateTimeOffset Time { get; init; }
    /// <summary>FORWARDED, DROPPED, REDIRECTED, AUDIT or ERROR.</summary>
    public required string Verdict { get; init; }
    /// <summary>POLICY_DENIED, POLICY_DENY, INVALID_SOURCE_IP, ...; null where nothing was dropped.</summary>
    public string? DropReasonDesc { get; init; }
    public required FlowPeer Source { get; init; }
    public required FlowPeer Destination { get; init; }
    [JsonPropertyName("IP")]
    public required FlowIp Ip { get; init; }
    public FlowL4? L4 { get; init; }
    public FlowL7? L7 { get; init; }
    /// <summary>INGRESS or EGRESS: whose policy decided.</summary>
    public required string TrafficDirection { get; init; }
    /// <summary>The deciding rule's policy, with file and line.</summary>
    public IReadOnlyList<string> PolicyNames { get; init; } = [];
    public required ulong PolicyRevision { get; init; }
    /// <summary>Why it was rejected or failed, where the verdict does not say it all.</summary>
    public string? Summary { get; init; }
}

public sealed record FlowPeer(uint Identity, IReadOnlyList<string> Labels, string? Workload);

public sealed record FlowIp(string Source, string Destination, string IpVersion);

public sealed record FlowL4(FlowPorts? Tcp, FlowPorts? Udp, string? Protocol);

public sealed record FlowPorts(int SourcePort, int DestinationPort, string? Flags = null);

/// <summary>One of the protocols.</summary>
public sealed record FlowL7(FlowHttp? Http, ulong LatencyNs, FlowKafka? Kafka = null);

public sealed record FlowHttp(int Code, string Method, string Url, string Protocol, string Host, int? GrpcStatus);
