namespace Jumpgate.Agent.Listening.Sidecars;

/// <summary>Why a sidecar's connection was refused, its header being in order.</summary>
internal enum SidecarRefusal
{
    None,

    /// <summary>Whoever connected is no workload: anybody could claim anything.</summary>
    UnknownSender,

    /// <summary>The sender is neither the client nor the server of what it passes on.</summary>
    NotItsOwn,

    /// <summary>
    /// An address or a port that no connection has: unspecified, multicast, port 0; loopback as a destination.
    /// </summary>
    Address,

    /// <summary>Client and server of different families, or a sender without an address of the server's.</summary>
    Family,

    /// <summary>The destination is the node itself: this listener, for one.</summary>
    ToNode,

    /// <summary>The sidecar has caught the connection by which the agent wanted to reach its server.</summary>
    CameBack,

    /// <summary>The sidecar would catch it: its block does not exclude where the agent connects from.</summary>
    NotExcluded,

    /// <summary>Policy does not let the client connect, or has HTTP rules for the port.</summary>
    Policy,

    /// <summary>No header within the time limit.</summary>
    HeaderTimeout,

    /// <summary>The connection ended before its header did.</summary>
    HeaderCut,
}
