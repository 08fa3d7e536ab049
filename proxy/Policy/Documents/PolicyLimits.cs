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

    /// <summary>Characters of a Kafka topic's name, as Kafka has it.</summary>
    public const int MaxKafkaTopic = 249;

    /// <summary>Bytes of other text in Kafka's protocol: client ids, groups, transactional ids.</summary>
    public const int MaxKafkaText = short.MaxValue;

    /// <summary>Pairs of rules of one list compared when looking for Kafka rules that decide nothing.</summary>
    public const int MaxKafkaComparisons = 1_000_000;

    /// <summary>
    /// Pairs of ports compared when looking for HTTP and Kafka on one port; beyond it, documents are refused unseen.
    /// </summary>
    public const int MaxProtocolComparisons = 4_000_000;

    /// <summary>Diagnostics for one document; beyond it, one more says that there are more.</summary>
    public const int MaxDiagnosticsPerDocument = 500;

    /// <summary>Diagnostics for one file; reading goes on beyond it, but only the number is kept.</summary>
    public const int MaxDiagnosticsPerFile = 5000;

    /// <summary>Pairs of rules compared when looking for shadowed L7 rules: a warning is not worth more time.</summary>
    public const int MaxShadowComparisons = 4_000_000;
}
