namespace Jumpgate.Agent.Lanes;

/// <summary>Where the automaton of a policy is.</summary>
/// <param name="Offset">0: there is none.</param>
/// <param name="Reason">Why there is none, or null.</param>
internal readonly record struct LaneAutomaton(uint Offset, string? Reason);

/// <summary>A compiled automaton.</summary>
/// <param name="Bytes">Null: the kernel cannot decide any request of this policy.</param>
/// <param name="Reason">Why not, or null.</param>
internal readonly record struct AutomatonTable(byte[]? Bytes, string? Reason);
