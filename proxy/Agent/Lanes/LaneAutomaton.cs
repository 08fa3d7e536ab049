using Jumpgate.Policy.Snapshots;

namespace Jumpgate.Agent.Lanes;

/// <summary>Where the automaton of a policy is.</summary>
/// <param name="Offset">0: there is none (yet).</param>
/// <param name="Reason">Why there is none, or what it leaves to the proxy; null where it is whole.</param>
/// <param name="IsFinal">False while it is being compiled.</param>
internal readonly record struct LaneAutomaton(uint Offset, string? Reason, bool IsFinal = true)
{
    /// <summary>Bytes of the kernel's memory.</summary>
    public int Length { get; init; }
}

/// <summary>A compiled automaton.</summary>
/// <param name="Bytes">Null: the kernel cannot decide any request of this policy.</param>
/// <param name="Reason">Why not, or what is left to the proxy; null where it is whole.</param>
/// <param name="Rules">The rules in the kernel's numbering; null for what is allowed because no rule asks.</param>
internal sealed record AutomatonTable(byte[]? Bytes, string? Reason, RuleReference?[] Rules);
