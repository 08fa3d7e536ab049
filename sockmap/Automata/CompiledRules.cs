using System.Collections.Immutable;

namespace Jumpgate.Sockmap.Automata;

/// <summary>What became of a rule set.</summary>
/// <param name="Table">The kernel's table; null where no request of this rule set can be decided there.</param>
/// <param name="Reason">Why there is no table, or what it leaves out; null where it is whole.</param>
/// <param name="Undecidable">Rules that are left to user space, egress first; requests they could match go
/// there.</param>
public sealed record CompiledRules(
    byte[]? Table, string? Reason, ImmutableArray<(int Rule, string Reason)> Undecidable);
