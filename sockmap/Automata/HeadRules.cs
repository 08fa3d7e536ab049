using System.Collections.Immutable;

namespace Jumpgate.Sockmap.Automata;

/// <summary>What decides a request: the rules of both directions, each in document order.</summary>
/// <param name="Egress">The sender's rules; null where it has no L7 rules.</param>
/// <param name="Ingress">The receiver's rules; null where it has no L7 rules.</param>
public sealed record HeadRules(ImmutableArray<HeadRule>? Egress, ImmutableArray<HeadRule>? Ingress);

/// <summary>Conditions that all have to hold; null and empty hold always.</summary>
public sealed record HeadRule
{
    public Language? Method { get; init; }

    /// <summary>On path and query.</summary>
    public Language? Path { get; init; }

    /// <summary>On the whole authority, port included.</summary>
    public Language? Host { get; init; }

    public ImmutableArray<HeadHeader> Headers { get; init; } = [];

    /// <summary>
    /// Why user space has to decide requests that this rule could match, or null. The conditions above may then hold
    /// more often than the rule's own, never less often.
    /// </summary>
    public string? Undecidable { get; init; }
}

/// <summary>A header and its exact value; null is presence.</summary>
public sealed record HeadHeader(string Name, string? Value);
