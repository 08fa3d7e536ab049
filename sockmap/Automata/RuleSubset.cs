using System.Collections.Immutable;

namespace Jumpgate.Sockmap.Automata;

/// <summary>Rules whose conditions on the method hold, in ascending order.</summary>
internal sealed class RuleSubset(ImmutableArray<int> rules, IEnumerable<int> anyPath) : IEquatable<RuleSubset>
{
    /// <summary>Those of them without a condition on the path.</summary>
    public ImmutableArray<int> AnyPath { get; } = [.. anyPath];

    public bool Contains(int rule) => rules.BinarySearch(rule) >= 0;

    public bool Equals(RuleSubset? other) => other is not null && rules.AsSpan().SequenceEqual(other.Rules);

    public override bool Equals(object? obj) => Equals(obj as RuleSubset);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var rule in rules)
        {
            hash.Add(rule);
        }

        return hash.ToHashCode();
    }

    private ReadOnlySpan<int> Rules => rules.AsSpan();
}
