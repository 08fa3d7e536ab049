using System.Collections.Immutable;
using Jumpgate.Policy.Snapshots;

namespace Jumpgate.Policy.Http;

public enum HttpVerdict
{
    Allowed,
    Denied,
    /// <summary>Forwarded, although a document in audit mode would have denied it.</summary>
    Audit,
}

/// <param name="Rule">The rule that allowed it, or (audit) the one that failed; null where no rule matched.</param>
/// <param name="Mutations">Header actions of matched rules, to apply in order to the forwarded request.</param>
/// <param name="Mismatches">Header names that a LOG (or any other mismatch word) says to record.</param>
public readonly record struct HttpDecision(
    HttpVerdict Verdict,
    RuleReference? Rule,
    ImmutableArray<HeaderMutation> Mutations,
    ImmutableArray<string> Mismatches);

public enum HeaderMutationKind
{
    /// <summary>Appends a further value.</summary>
    Add,
    /// <summary>Removes every value, or (value given) only the mismatching ones as Cilium's DELETE means it.</summary>
    Delete,
    /// <summary>Removes every value and sets this one.</summary>
    Replace,
}

public sealed record HeaderMutation(HeaderMutationKind Kind, string Name, string? Value);
