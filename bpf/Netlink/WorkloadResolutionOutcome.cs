namespace Jumpgate.Bpf.Netlink;

/// <summary>Found, or why a workload's interface was not.</summary>
public enum WorkloadResolutionOutcome
{
    /// <summary>There is exactly one candidate.</summary>
    Found,

    /// <summary>The network namespace cannot be opened.</summary>
    NamespaceUnavailable,

    /// <summary>The namespace is the agent's own: it has no host side.</summary>
    NamespaceIsOurs,

    /// <summary>No veth in the namespace ends in the agent's namespace.</summary>
    NoInterface,

    /// <summary>Several do, and none was named.</summary>
    SeveralInterfaces,

    /// <summary>The named host interface does not exist or does not lead to that namespace.</summary>
    WrongHostInterface,
}
