using System.Collections.Immutable;
using Jumpgate.Policy.Expressions;

namespace Jumpgate.Policy.Documents;

/// <summary>
/// One element of <c>rules.http</c>: all conditions that are present must hold. Null expressions are no condition.
/// </summary>
public sealed record HttpRule
{
    public required SourceLocation Location { get; init; }
    public Re2Expression? Method { get; init; }
    public Re2Expression? Path { get; init; }
    public Re2Expression? Host { get; init; }
    public ImmutableArray<HeaderRequirement> Headers { get; init; } = [];
    public ImmutableArray<HeaderMatch> HeaderMatches { get; init; } = [];
}

/// <summary>An element of <c>headers</c>. A null value asks for presence only.</summary>
public sealed record HeaderRequirement(string Name, string? Value);

/// <summary>
/// An element of <c>headerMatches</c>. A null mismatch word: the rule fails where the header does not match.
/// </summary>
public sealed record HeaderMatch
{
    public required SourceLocation Location { get; init; }
    public required string Name { get; init; }
    public string? Value { get; init; }
    public SecretReference? Secret { get; init; }
    public MismatchAction? Mismatch { get; init; }
}

/// <summary>
/// A file under the secrets directory: <c>NAMESPACE/NAME/KEY</c>. A null key is the secret's only entry, as Cilium
/// means it (a secret with several entries cannot be read then); <c>key</c> names one, beyond Cilium. No part can leave
/// the directory.
/// </summary>
public sealed record SecretReference(string Namespace, string Name, string? Key);

public enum MismatchAction
{
    Log,
    Add,
    Delete,
    Replace,
}
