namespace Jumpgate.Bpf;

/// <summary>Whose policy: that of the sender or of the receiver (enum direction).</summary>
public enum Direction : byte
{
    /// <summary>Leaving the subject.</summary>
    Egress = 0,

    /// <summary>Arriving at the subject.</summary>
    Ingress = 1,
}

/// <summary>What the policy says (enum verdict).</summary>
public enum Verdict : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Passes.</summary>
    Allow = 1,

    /// <summary>L7 rules decide: to the proxy.</summary>
    Redirect = 2,

    /// <summary>A deny rule matched.</summary>
    Deny = 3,

    /// <summary>No rule allows it.</summary>
    DefaultDeny = 4,
}

/// <summary>Why a packet was dropped (enum drop_reason).</summary>
public enum DropReason : byte
{
    /// <summary>It was not.</summary>
    None = 0,

    /// <summary>Default deny: no rule allows it.</summary>
    PolicyDenied = 1,

    /// <summary>A deny rule.</summary>
    PolicyDeny = 2,

    /// <summary>The source address is not the workload's.</summary>
    InvalidSource = 3,

    /// <summary>Truncated or malformed.</summary>
    InvalidPacket = 4,

    /// <summary>Neither IPv4, IPv6 nor ARP.</summary>
    UnsupportedProtocol = 5,

    /// <summary>A fragment whose first was not seen, or of a redirected flow.</summary>
    FragmentNotFound = 6,

    /// <summary>Redirect wanted, but no proxy listens.</summary>
    NoProxy = 7,

    /// <summary>The stack refused the proxy's socket.</summary>
    ProxyAssign = 8,

    /// <summary>The flow could not be recorded.</summary>
    FlowTable = 9,

    /// <summary>No policy is loaded yet.</summary>
    NoPolicy = 10,

    /// <summary>An interface without a workload.</summary>
    UnknownEndpoint = 11,
}

/// <summary>How far a flow has got (enum flow_state).</summary>
public enum FlowState : byte
{
    /// <summary>One direction seen.</summary>
    New = 0,

    /// <summary>Both directions seen.</summary>
    Established = 1,

    /// <summary>TCP: RST, or FIN in both directions.</summary>
    Closing = 2,

    /// <summary>TCP: half-closed by the initiator.</summary>
    FinForward = 3,

    /// <summary>TCP: half-closed by the other side.</summary>
    FinReply = 4,
}

/// <summary>What an event tells (enum event_type).</summary>
public enum EventType : byte
{
    /// <summary>A packet was dropped.</summary>
    Drop = 1,

    /// <summary>A new flow was allowed or redirected.</summary>
    Flow = 2,

    /// <summary>Allowed only because the denying document is in audit mode.</summary>
    Audit = 3,

    /// <summary>A request was decided in the kernel (<see cref="LaneEvent"/>).</summary>
    Request = 4,

    /// <summary>And its response has been handed to the client.</summary>
    Response = 5,

    /// <summary>A direct pair leaves: for the agent itself.</summary>
    Leave = 6,
}

/// <summary>Which program saw the packet (enum trace_point).</summary>
public enum TracePoint : byte
{
    /// <summary>Leaving a workload.</summary>
    FromWorkload = 0,

    /// <summary>Arriving at a workload.</summary>
    ToWorkload = 1,

    /// <summary>Arriving from the network.</summary>
    FromUplink = 2,

    /// <summary>Between two parties on the node's loopback.</summary>
    OnLoopback = 3,
}
