namespace Jumpgate.Policy.Snapshots;

/// <summary>What policy says before any request is seen. Values as in the kernel's <c>enum verdict</c>.</summary>
public enum L4Verdict : byte
{
    None = 0,
    Allow = 1,
    /// <summary>L7 rules decide: the flow goes to the proxy.</summary>
    Redirect = 2,
    /// <summary>A deny rule matched.</summary>
    Deny = 3,
    /// <summary>No rule allows it.</summary>
    DefaultDeny = 4,
}
