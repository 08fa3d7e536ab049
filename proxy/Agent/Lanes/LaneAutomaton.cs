namespace Jumpgate.Agent.Lanes;

/// <summary>Where the automaton of a policy is.</summary>
/// <param name="Offset">0: there is none (yet).</param>
/// <param name="Reason">Why there is none, or what it leaves to the proxy; null where it is whole.</param>
/// <param name="IsFinal">False while it is being compiled.</param>
internal readonly record struct LaneAutomaton(uint Offset, string? Reason, bool IsFinal = true);

/// <summary>A compiled automaton.</summary>
/// <param name="Bytes">Null: the kernel cannot decide any request of this policy.</param>
/// <param name="Reason">Why not, or what is left to the proxy; null where it is whole.</param>
internal readonly record struct AutomatonTable(byte[]? Bytes, string? Reason);
