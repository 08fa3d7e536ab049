namespace Jumpgate.Policy.Documents;

/// <summary>Bounds on policy files: bad input must cost little and end at once.</summary>
public static class PolicyLimits
{
    /// <summary>Bytes of UTF-8 in one file.</summary>
    public const int MaxFileBytes = 4 * 1024 * 1024;

    /// <summary>Mappings and lists inside one another. The deepest policy field needs about a dozen.</summary>
    public const int MaxDepth = 64;

    /// <summary>Ports in one element of <c>toPorts</c>, as in Cilium.</summary>
    public const int MaxPorts = 40;

    /// <summary>Diagnostics for one document; beyond it, one more says that there are more.</summary>
    public const int MaxDiagnosticsPerDocument = 500;

    /// <summary>Diagnostics for one file; reading goes on beyond it, but only the number is kept.</summary>
    public const int MaxDiagnosticsPerFile = 5000;

    /// <summary>Pairs of rules compared when looking for shadowed L7 rules: a warning is not worth more time.</summary>
    public const int MaxShadowComparisons = 4_000_000;
}
