using System.Text.Json.Serialization;

namespace Jumpgate.EnvoyConfig;

/// <summary>Something of the policy that the node cannot enforce. What it would have allowed is denied.</summary>
/// <param name="Where">The workload, direction and ports.</param>
/// <param name="Rule">The rule with its document, file and line; null where it is not one rule's fault.</param>
/// <param name="Reason">What is not possible, and the way out.</param>
public sealed record Refusal(string Where, string? Rule, string Reason)
{
    public override string ToString() => Rule is null ? $"{Where}: {Reason}" : $"{Where}: {Rule}: {Reason}";
}
